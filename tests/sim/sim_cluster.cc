#include "tests/sim/sim_cluster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/json.h"
#include "coordinator/core/snapshot.h"
#include "coordinator/plan/registry.h"
#include "tests/sim/fingerprint.h"
#include "tests/testing/map_sink.h"

namespace mote::sim {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(50);

mc::JobSpec SumJob(const Options& options) {
  mc::JobSpec spec;
  spec.name = "sum";
  mc::StageSpec stage;
  stage.name = "work";
  stage.operation = "random_sum";
  stage.tasks.count = options.tasks;
  stage.verify = {options.verify_sample, options.verify_replicas};
  stage.reduce = {"sum", "{}"};
  stage.on_bad_task = mc::TaskPolicy::kQuarantine;
  spec.stages = {stage};
  spec.outputs = {{"sum", "work.result", "", ""}};
  return spec;
}

}  // namespace

SimCluster::SimCluster(uint64_t seed, const Options& options) : seed_(seed), options_(options), random_(seed) {
  if (options_.faults.poison_tasks) {
    const uint64_t count = 1 + random_.Below(3);
    for (uint64_t i = 0; i < count; ++i) poison_.insert(static_cast<int64_t>(random_.Below(options_.tasks)));
  }
}

SimCluster::~SimCluster() = default;

void SimCluster::Violation(std::string what) {
  if (!violation_)
    violation_ = absl::StrCat("seed ", seed_, " at ", absl::FormatTime("%M:%E3S", queue_.now(), absl::UTCTimeZone()),
                              ": ", what);
}

std::optional<std::string> SimCluster::Run() {
  StartCoordinator();
  for (int i = 0; i < options_.workers; ++i) AddWorker();
  queue_.After(absl::ZeroDuration(), [this] { Submit(); });
  queue_.After(kTick, [this] { Tick(); });
  ScheduleFaults();
  const absl::Time deadline = queue_.now() + options_.chaos + options_.patience;
  while (!violation_ && !ended_ && queue_.Step()) {
    ++steps_;
    if (queue_.now() > deadline) Violation("the job did not end although faults had stopped");
  }
  if (!violation_) CheckRestart();
  if (!violation_) CheckResult();
  return violation_;
}

// The coordinator --------------------------------------------------------------------

void SimCluster::StartCoordinator() {
  mc::CoreOptions core_options;
  core_options.policy = &policy_;
  core_ = std::make_unique<mc::Core>(core_options, mc::BuiltinPlanners());
  std::vector<mc::Event> events = snapshot_;
  events.insert(events.end(), journal_.begin() + static_cast<std::ptrdiff_t>(snapshot_until_), journal_.end());
  for (const mc::Event& event : events) {
    if (absl::Status status = core_->Replay(event); !status.ok()) return Violation(status.ToString());
  }
  ++incarnation_;
  coordinator_up_ = true;
  committing_ = false;
  LearnFromJournal();
  mc::Decision decision;
  core_->StartEpoch(queue_.now(), &decision);
  CheckDecision(decision);
  uncommitted_.push_back(std::move(decision));
  CommitNext();
}

void SimCluster::CrashCoordinator() {
  if (!coordinator_up_) return;
  coordinator_up_ = false;
  ++incarnation_;
  uncommitted_.clear();
  for (auto& [id, stream] : streams_) {
    if (stream.open) BreakStream(id, /*tell_worker=*/true, /*tell_coordinator=*/false);
  }
  queue_.After(random_.Between(absl::Milliseconds(10), absl::Seconds(3)), [this] {
    StartCoordinator();
    CheckRestart();
  });
}

void SimCluster::Post(const mc::Command& command) {
  if (!coordinator_up_) return;
  mc::Decision decision;
  core_->Step(queue_.now(), command, &decision);
  CheckDecision(decision);
  if (decision.empty()) return;
  uncommitted_.push_back(std::move(decision));
  CommitNext();
}

// Of all that is durable now.
void SimCluster::TakeSnapshot() {
  mc::CoreOptions core_options;
  core_options.policy = &policy_;
  mc::Core replayed(core_options, mc::BuiltinPlanners());
  for (const mc::Event& event : journal_) {
    if (absl::Status status = replayed.Replay(event); !status.ok()) return Violation(status.ToString());
  }
  snapshot_ = mc::SnapshotOf(replayed.state(), queue_.now());
  snapshot_until_ = journal_.size();
}

// One batch at a time becomes durable; its effects leave after that.
void SimCluster::CommitNext() {
  if (committing_ || uncommitted_.empty()) return;
  committing_ = true;
  queue_.After(DiskDelay(), [this, incarnation = incarnation_] {
    if (incarnation != incarnation_) return;
    committing_ = false;
    mc::Decision decision = std::move(uncommitted_.front());
    uncommitted_.pop_front();
    for (auto& [digest, bytes] : decision.blobs) blobs_[digest] = std::move(bytes);
    for (mc::Event& event : decision.events) {
      if (const auto* commit = std::get_if<mc::BlockCommitted>(&event)) durable_reports_.insert(commit->token);
      if (const auto* held = std::get_if<mc::BlockHeld>(&event)) durable_reports_.insert(held->token);
      journal_.push_back(std::move(event));
    }
    if (random_.Chance(0.01)) TakeSnapshot();
    // A crash between the commit and the answers is as likely as one before it.
    if (options_.faults.coordinator_crashes && !decision.effects.empty() && random_.Chance(0.002) &&
        queue_.now() < absl::FromUnixSeconds(1'000'000'000) + options_.chaos) {
      return CrashCoordinator();
    }
    for (const mc::Effect& effect : decision.effects) Release(effect);
    CommitNext();
  });
}

void SimCluster::Release(const mc::Effect& effect) {
  if (const auto* welcome = std::get_if<mc::SendWelcome>(&effect)) {
    worker::Welcome message{welcome->epoch, welcome->heartbeat_interval, {}};
    for (const mc::KeptLease& kept : welcome->kept) message.kept.push_back({kept.held, kept.token});
    ToWorker(welcome->session, [message](worker::Session& s, absl::Time now) { return s.OnWelcome(message, now); });
  } else if (const auto* lease = std::get_if<mc::SendLease>(&effect)) {
    worker::Lease message{lease->token, lease->slot, std::nullopt, {}, lease->task_timeout, lease->is_volatile};
    if (lease->pass != nullptr) message.pass = *lease->pass;
    ToWorker(lease->session, [message](worker::Session& s, absl::Time now) { return s.OnLease(message, now); });
  } else if (const auto* ack = std::get_if<mc::SendAck>(&effect)) {
    CheckAck(ack->token);
    ToWorker(ack->session, [token = ack->token](worker::Session& s, absl::Time now) { return s.OnAck(token, now); });
  } else if (const auto* revoke = std::get_if<mc::SendRevoke>(&effect)) {
    ToWorker(revoke->session,
             [token = revoke->token](worker::Session& s, absl::Time now) { return s.OnRevoke(token, now); });
  } else if (const auto* shorten = std::get_if<mc::SendShorten>(&effect)) {
    ToWorker(shorten->session, [token = shorten->token, end = shorten->end](worker::Session& s, absl::Time now) {
      return s.OnShorten(token, end, now);
    });
  } else if (const auto* drop = std::get_if<mc::SendDropPass>(&effect)) {
    ToWorker(drop->session,
             [pass = drop->pass](worker::Session& s, absl::Time now) { return s.OnDropPass(pass, now); });
  } else if (const auto* beat = std::get_if<mc::SendHeartbeatAck>(&effect)) {
    ToWorker(beat->session, [](worker::Session& s, absl::Time now) { return s.OnHeartbeatAck(now); });
  } else if (const auto* close = std::get_if<mc::CloseSession>(&effect)) {
    BreakStream(close->session.value, true, true);
  } else if (const auto* reply = std::get_if<mc::Reply>(&effect)) {
    if (!reply->status.ok()) return Violation(absl::StrCat("refused: ", reply->status.ToString()));
    if (const JobId* id = std::get_if<JobId>(&reply->answer)) job_ = *id;
    const auto* view = std::get_if<mc::JobView>(&reply->answer);
    if (view != nullptr && IsTerminal(view->state)) ended_ = *view;
  }
}

void SimCluster::Tick() {
  if (coordinator_up_) Post(mc::Tick{});
  if (job_) Post(mc::GetJob{CallId{1}, *job_});
  queue_.After(kTick, [this] { Tick(); });
}

// The client: repeats its call with the same request id until it is answered.
void SimCluster::Submit() {
  if (job_) return;
  Post(mc::SubmitJob{CallId{1}, SumJob(options_), "the only request", "sim"});
  queue_.After(absl::Seconds(2), [this] { Submit(); });
}

// The network -----------------------------------------------------------------------

uint64_t SimCluster::OpenStream(SimWorker& worker, std::vector<LeaseToken> held) {
  if (!coordinator_up_) return 0;
  const uint64_t id = ++last_stream_;
  streams_[id].worker = &worker;
  mc::WorkerHello hello;
  hello.session = SessionId{id};
  hello.worker = worker.name();
  hello.slots.assign(options_.slots, {"cpu", 0, "sim"});
  hello.held = std::move(held);
  ToCoordinator(id, std::move(hello));
  return id;
}

void SimCluster::CloseStream(uint64_t stream) {
  if (stream != 0) BreakStream(stream, false, true);
}

void SimCluster::ToCoordinator(uint64_t id, mc::Command command) {
  auto found = streams_.find(id);
  if (found == streams_.end() || !found->second.open) return;
  Stream& stream = found->second;
  stream.to_coordinator_last = std::max(stream.to_coordinator_last, queue_.now() + NetworkDelay());
  queue_.At(stream.to_coordinator_last, [this, id, incarnation = incarnation_, command = std::move(command)] {
    auto still = streams_.find(id);
    if (incarnation == incarnation_ && still != streams_.end() && still->second.open) Post(command);
  });
}

void SimCluster::ToWorker(SessionId session, std::function<worker::Actions(worker::Session&, absl::Time)> message) {
  const uint64_t id = session.value;
  auto found = streams_.find(id);
  if (found == streams_.end() || !found->second.open) return;
  Stream& stream = found->second;
  stream.to_worker_last = std::max(stream.to_worker_last, queue_.now() + NetworkDelay());
  queue_.At(stream.to_worker_last, [this, id, message = std::move(message)] {
    auto still = streams_.find(id);
    if (still != streams_.end() && still->second.open) still->second.worker->Deliver(id, message);
  });
}

void SimCluster::BreakStream(uint64_t id, bool tell_worker, bool tell_coordinator) {
  auto found = streams_.find(id);
  if (found == streams_.end() || !found->second.open) return;
  found->second.open = false;
  SimWorker* worker = found->second.worker;
  if (tell_worker) queue_.After(NetworkDelay(), [worker, id] { worker->StreamEnded(id); });
  if (tell_coordinator) {
    queue_.After(NetworkDelay(), [this, id, incarnation = incarnation_] {
      if (incarnation == incarnation_) Post(mc::SessionClosed{SessionId{id}});
    });
  }
}

absl::Duration SimCluster::NetworkDelay() {
  if (options_.faults.slow_network && random_.Chance(0.05)) {
    return random_.Between(absl::Milliseconds(1), absl::Seconds(2));
  }
  return random_.Between(absl::Microseconds(20), absl::Milliseconds(1));
}

absl::Duration SimCluster::DiskDelay() {
  if (options_.faults.slow_disk && random_.Chance(0.05)) {
    return random_.Between(absl::Milliseconds(1), absl::Milliseconds(500));
  }
  return random_.Between(absl::Microseconds(50), absl::Milliseconds(1));
}

// Faults ----------------------------------------------------------------------------

void SimCluster::AddWorker() {
  double slowness = options_.faults.unequal_workers ? 1.0 + static_cast<double>(random_.Below(10)) : 1.0;
  if (worker_names_ < options_.slow_workers) slowness *= 10;
  const bool lies = options_.a_worker_lies && worker_names_ == 0;
  workers_.push_back(std::make_unique<SimWorker>(*this, queue_, random_, absl::StrCat("w", ++worker_names_), options_,
                                                 poison_, slowness, lies));
  workers_.back()->Start();
}

void SimCluster::ScheduleFaults() {
  const absl::Duration wait = random_.Between(absl::Milliseconds(20), absl::Milliseconds(900));
  if (queue_.now() + wait > absl::FromUnixSeconds(1'000'000'000) + options_.chaos) return;
  queue_.After(wait, [this] {
    Fault();
    ScheduleFaults();
  });
}

void SimCluster::Fault() {
  SimWorker& worker = *workers_[random_.Below(workers_.size())];
  const Faults& faults = options_.faults;
  switch (random_.Below(6)) {
    case 0:
      if (faults.coordinator_crashes) CrashCoordinator();
      break;
    case 1:
      if (faults.streams_break) BreakStream(worker.stream(), true, true);
      break;
    case 2:
      if (faults.streams_half_open) {
        const bool worker_knows = random_.Chance(0.5);
        BreakStream(worker.stream(), worker_knows, !worker_knows);
      }
      break;
    case 3:
      if (faults.workers_crash && worker.alive()) {
        worker.Crash();
        BreakStream(worker.stream(), false, random_.Chance(0.7));
        queue_.After(random_.Between(absl::Milliseconds(100), absl::Seconds(3)), [this] { AddWorker(); });
      }
      break;
    case 4:
      if (faults.workers_freeze)
        worker.FreezeUntil(queue_.now() + random_.Between(absl::Milliseconds(100), absl::Seconds(9)));
      break;
    case 5:
      if (faults.engines_crash) worker.CrashEngine(static_cast<int>(random_.Below(options_.slots)));
      break;
  }
}

// Checks ----------------------------------------------------------------------------

void SimCluster::LearnFromJournal() {
  committed_.clear();
  live_.clear();
  reported_.clear();
  for (const mc::Event& event : journal_) CheckEvent(event);
  durable_reports_ = reported_;
}

void SimCluster::CheckDecision(const mc::Decision& decision) {
  for (const mc::Event& event : decision.events) CheckEvent(event);
}

void SimCluster::CheckAck(const LeaseToken& token) {
  if (reported_.contains(token) && !durable_reports_.contains(token)) {
    Violation("a report was acknowledged before its commit was durable");
  }
}

void SimCluster::CheckEvent(const mc::Event& event) {
  if (const auto* granted = std::get_if<mc::LeaseGranted>(&event)) {
    live_.insert(granted->token);
  } else if (const auto* reissued = std::get_if<mc::LeaseReissued>(&event)) {
    LeaseToken token = reissued->held;
    if (live_.erase(token) == 0) return Violation("a lease was reissued that was not live");
    token.epoch = reissued->epoch;
    live_.insert(token);
  } else if (const auto* failed = std::get_if<mc::AttemptFailed>(&event)) {
    live_.erase(failed->token);
  } else if (const auto* revoked = std::get_if<mc::AttemptRevoked>(&event)) {
    if (live_.erase(revoked->token) == 0) return Violation("an attempt was revoked that was not live");
  } else if (const auto* held = std::get_if<mc::BlockHeld>(&event)) {
    if (live_.erase(held->token) == 0) return Violation("a result was kept of an attempt that was not live");
    reported_.insert(held->token);
  } else if (const auto* commit = std::get_if<mc::BlockCommitted>(&event)) {
    CheckCommit(*commit);
  }
}

void SimCluster::CheckCommit(const mc::BlockCommitted& commit) {
  if (!live_.contains(commit.token)) return Violation("an attempt committed that was not live");
  std::erase_if(live_, [&](const LeaseToken& token) {
    return token.pass == commit.token.pass && token.block == commit.token.block;
  });
  reported_.insert(commit.token);
  const int64_t end = commit.nodes.back().block.end(options_.tasks);
  for (int64_t task = commit.token.block.begin(); task < end; ++task) {
    if (committed_.insert({commit.token.pass, task}).second) continue;
    return Violation(absl::StrCat("task ", task, " was committed twice"));
  }
}

// A second core that replays the journal stands where the first one does.
void SimCluster::CheckRestart() {
  if (!uncommitted_.empty() || violation_) return;
  mc::CoreOptions core_options;
  core_options.policy = &policy_;
  mc::Core replayed(core_options, mc::BuiltinPlanners());
  for (const mc::Event& event : journal_) {
    if (absl::Status status = replayed.Replay(event); !status.ok()) return Violation(status.ToString());
  }
  const std::string live = Fingerprint(core_->state()), again = Fingerprint(replayed.state());
  if (live != again) Violation(absl::StrCat("replay differs from live:\n", live, "\n", again));
  if (job_ && replayed.state().FindJob(*job_) == nullptr) Violation("an acknowledged job is not in the journal");
}

void SimCluster::CheckResult() {
  if (!ended_) return Violation("nothing is left to do, but the job has not ended");
  const bool absent = !ended_->absent.empty();
  const mc::JobState want = absent ? mc::JobState::kPartlyQuarantined : mc::JobState::kSucceeded;
  if (ended_->state != want) return Violation("the job ended in another state than its tasks");
  std::set<int64_t> missing;
  for (const mc::AbsentView& task : ended_->absent) missing.insert(task.task);
  const bool expected = options_.faults.engines_crash
                            ? std::includes(missing.begin(), missing.end(), poison_.begin(), poison_.end())
                            : missing == poison_;
  if (!expected) return Violation(absl::StrCat(missing.size(), " tasks are absent, ", poison_.size(), " are poison"));
  PassSpec spec;
  spec.task_count = options_.tasks;
  spec.reducer = "sum";
  auto reducer = MakeReducer("sum", Json::object());
  testing::MapSink sink(blobs_);
  BlockFold fold({RootLevel(options_.tasks), 0}, options_.tasks);
  for (int64_t task = 0; task < options_.tasks; ++task) {
    NodeValue leaf;
    if (!missing.contains(task)) leaf = LeafOf(spec, task, sink);
    MOTE_CHECK(fold.Push(std::move(leaf), **reducer, sink).ok(), "sums combine");
  }
  const NodeValue root = fold.Take(**reducer, sink)->front().partial;
  const absl::StatusOr<Output> plain = (*reducer)->Finish(root ? &*root : nullptr, sink, nullptr);
  MOTE_CHECK(plain.ok(), "sums finish");
  if (ended_->outputs.size() != 1) return Violation("the output is missing");
  if (!(ended_->outputs[0].output == *plain)) Violation("the result's bits differ from a plain fold");
}

}  // namespace mote::sim
