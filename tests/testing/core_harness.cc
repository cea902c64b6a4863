#include "tests/testing/core_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "common/dataset.h"
#include "common/json.h"
#include "common/table.h"
#include "coordinator/core/snapshot.h"
#include "tests/testing/map_sink.h"

namespace mote::testing {
namespace {

// What the torch-free kernels would yield: a row that tells the task, where the
// reducer keeps rows.
std::string DefaultLeaf(const PassSpec& spec, int64_t task, BlobSink& blobs) {
  TableBuilder builder(Schema{{{"result", DType::kI64, 1}}});
  builder.AddI64(task);
  std::string partial;
  auto reducer = MakeRowReducer(spec.reducer, *ParseJson(spec.reducer_parameters));
  EXPECT_TRUE(reducer.ok()) << reducer.status();
  EXPECT_TRUE((*reducer)->Leaf(builder.Take(), &partial, blobs).ok());
  return partial;
}

}  // namespace

mc::JobSpec OneStage(const std::string& operation, int64_t tasks, const std::string& parameters) {
  mc::JobSpec spec;
  spec.name = "test";
  mc::StageSpec stage;
  stage.name = "work";
  stage.operation = operation;
  stage.parameters = parameters;
  stage.tasks.count = tasks;
  spec.stages = {stage};
  spec.outputs = {{"answer", "work.result", "", ""}};
  return spec;
}

mc::StageSpec NoopStage(const std::string& name, int64_t tasks, const std::vector<std::string>& after) {
  mc::StageSpec stage;
  stage.name = name;
  stage.operation = "noop";
  stage.parameters = "{}";
  stage.tasks.count = tasks;
  stage.after = after;
  return stage;
}

CoreHarness::CoreHarness(const mc::PlannerTable& planners) : planners_(planners) {
  options.policy = &policy_;
  // Tests report what tasks took without waiting for it.
  options.cost_slack = absl::InfiniteDuration();
  Restart();
}

std::unique_ptr<mc::Core> CoreHarness::CoreAfter(const std::vector<mc::Event>& events) const {
  auto core = std::make_unique<mc::Core>(options, planners_);
  for (const mc::Event& event : events) {
    const absl::Status status = core->Replay(event);
    EXPECT_TRUE(status.ok()) << status;
  }
  return core;
}

std::vector<mc::Event> CoreHarness::JournalWithSnapshot(size_t count) const {
  const auto middle = journal_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<mc::Event> events = mc::SnapshotOf(CoreAfter({journal_.begin(), middle})->state(), now_);
  events.insert(events.end(), middle, journal_.end());
  return events;
}

void CoreHarness::CheckSnapshotAt(size_t count) const {
  const auto all = CoreAfter(journal_), restored = CoreAfter(JournalWithSnapshot(count));
  EXPECT_TRUE(mc::SnapshotOf(all->state(), now_) == mc::SnapshotOf(restored->state(), now_)) << "at event " << count;
  EXPECT_EQ(all->state().request_ids, restored->state().request_ids);
  EXPECT_EQ(all->state().runnable, restored->state().runnable);
  EXPECT_EQ(all->state().artifact_users, restored->state().artifact_users);
}

void CoreHarness::Restart() {
  CheckSnapshotAt(journal_.size() / 2);
  core_ = CoreAfter(JournalWithSnapshot(journal_.size() / 2));
  sessions_.clear();
  leases_.clear();
  specs_.clear();
  mc::Decision decision;
  core_->StartEpoch(now_, &decision);
  Take(std::move(decision));
}

void CoreHarness::Take(mc::Decision decision) {
  for (auto& [digest, bytes] : decision.blobs) blobs_[digest] = std::move(bytes);
  for (mc::Event& event : decision.events) journal_.push_back(std::move(event));
  for (mc::Effect& effect : decision.effects) {
    if (auto* lease = std::get_if<mc::SendLease>(&effect)) {
      if (lease->pass != nullptr) specs_[lease->token.pass] = lease->pass;
      lease->pass = specs_.at(lease->token.pass);
      leases_[lease->session].push_back(*lease);
    } else if (auto* revoke = std::get_if<mc::SendRevoke>(&effect)) {
      revokes_[revoke->session].push_back(revoke->token);
    } else if (auto* shorten = std::get_if<mc::SendShorten>(&effect)) {
      shortens_[shorten->session].push_back(shorten->token);
    } else if (auto* ack = std::get_if<mc::SendAck>(&effect)) {
      acks_[ack->session].push_back(ack->token);
    } else if (auto* release = std::get_if<mc::SendReleasePartial>(&effect)) {
      releases_[release->session].push_back(*release);
    } else if (auto* drop = std::get_if<mc::SendDropPass>(&effect)) {
      drops_[drop->session].push_back(drop->pass);
    } else if (auto* welcome = std::get_if<mc::SendWelcome>(&effect)) {
      for (const PassId pass : welcome->released) drops_[welcome->session].push_back(pass);
    } else if (auto* close = std::get_if<mc::CloseSession>(&effect)) {
      closed_.push_back(close->session);
    } else if (auto* collect = std::get_if<mc::CollectArtifacts>(&effect)) {
      collects_.push_back(std::move(*collect));
    } else if (auto* record = std::get_if<mc::RecordAttempt>(&effect)) {
      ledger_.push_back(std::move(record->entry));
    } else if (auto* reply = std::get_if<mc::Reply>(&effect)) {
      replies_.push_back(std::move(*reply));
    }
  }
  CheckInvariants();
}

void CoreHarness::CheckInvariants() const {
  for (const auto& [id, job] : core_->state().jobs) {
    for (const auto& [pass_id, pass] : job->passes) {
      int64_t leased = 0, end = 0;
      for (const auto& [begin, lease] : pass.blocks.leases()) {
        ASSERT_GE(begin, end) << "leased blocks overlap";
        end = lease.block.end(pass.spec->task_count);
        leased += end - begin;
        ASSERT_TRUE(!lease.attempts.empty() || lease.held) << "leased to nobody";
        ASSERT_EQ(lease.held, pass.held.contains(begin));
        ASSERT_LE(lease.attempts.size(), 2u) << "more than two live attempts";
      }
      ASSERT_EQ(leased, pass.blocks.leased());
      ASSERT_GE(pass.blocks.pending(), 0);
      if (IsTerminal(job->state)) {  // what a retry goes on with
        ASSERT_EQ(pass.blocks.leased(), 0);
        continue;
      }
      ASSERT_EQ(pass.blocks.pending() > 0, core_->state().runnable.Contains(id) && pass.blocks.pending() > 0);
    }
  }
}

void CoreHarness::Send(const mc::Command& command) {
  mc::Decision decision;
  core_->Step(now_, command, &decision);
  Take(std::move(decision));
}

absl::StatusOr<JobId> CoreHarness::Submit(const mc::JobSpec& spec, const std::string& request_id) {
  Send(mc::SubmitJob{CallId{next_id_++}, spec, request_id, "tester"});
  const mc::Reply reply = replies_.back();
  if (!reply.status.ok()) return reply.status;
  return std::get<JobId>(reply.answer);
}

std::vector<mc::KeptLease> CoreHarness::Connect(const std::string& worker, int slots, std::vector<LeaseToken> held,
                                                const std::string& numeric_class) {
  const SessionId session{next_id_++};
  sessions_[worker] = session;
  mc::WorkerHello hello;
  hello.session = session;
  hello.worker = worker;
  hello.slots.assign(slots, {"cpu", 0, numeric_class});
  hello.allow_test_operations = true;
  hello.held = std::move(held);
  hello.blob_address = worker;
  hello.holding = holding[worker];
  if (introduce) introduce(hello);
  mc::Decision decision;
  core_->Step(now_, hello, &decision);
  std::vector<mc::KeptLease> kept;
  for (const mc::Effect& effect : decision.effects) {
    if (const auto* welcome = std::get_if<mc::SendWelcome>(&effect)) kept = welcome->kept;
  }
  Take(std::move(decision));
  for (int i = 0; i < slots; ++i) Send(mc::WorkerSlotState{session, i, true});
  return kept;
}

void CoreHarness::Disconnect(const std::string& worker) { Send(mc::SessionClosed{sessions_.at(worker)}); }
void CoreHarness::Goodbye(const std::string& worker) { Send(mc::WorkerGoodbye{sessions_.at(worker)}); }
void CoreHarness::Heartbeat(const std::string& worker) { Send(mc::WorkerHeartbeat{sessions_.at(worker), 1}); }

void CoreHarness::Advance(absl::Duration duration, bool heartbeats) {
  now_ += duration;
  if (heartbeats) {
    for (const auto& [worker, session] : sessions_) Send(mc::WorkerHeartbeat{session, 1});
  }
  Send(mc::Tick{});
}

void CoreHarness::Cancel(JobId job) { Send(mc::CancelJob{CallId{next_id_++}, job, "tester"}); }

mc::JobView CoreHarness::View(JobId job) {
  Send(mc::GetJob{CallId{next_id_++}, job});
  return std::get<mc::JobView>(replies_.back().answer);
}

std::vector<mc::WorkerView> CoreHarness::Workers() {
  Send(mc::ListWorkers{CallId{next_id_++}});
  return std::get<std::vector<mc::WorkerView>>(replies_.back().answer);
}

std::vector<mc::SendLease> CoreHarness::TakeLeases(const std::string& worker) {
  auto& queue = leases_[sessions_.at(worker)];
  std::vector<mc::SendLease> taken(queue.begin(), queue.end());
  queue.clear();
  return taken;
}

mc::SendLease CoreHarness::TakeLease(const std::string& worker) {
  auto& queue = leases_[sessions_.at(worker)];
  MOTE_CHECK(!queue.empty(), "the test expected a lease");
  mc::SendLease lease = queue.front();
  queue.pop_front();
  return lease;
}

std::vector<LeaseToken> CoreHarness::TakeRevokes(const std::string& worker) {
  return std::exchange(revokes_[sessions_.at(worker)], {});
}
std::vector<LeaseToken> CoreHarness::TakeShortens(const std::string& worker) {
  return std::exchange(shortens_[sessions_.at(worker)], {});
}
std::vector<LeaseToken> CoreHarness::TakeAcks(const std::string& worker) {
  return std::exchange(acks_[sessions_.at(worker)], {});
}
std::vector<mc::SendReleasePartial> CoreHarness::TakeReleases(const std::string& worker) {
  return std::exchange(releases_[sessions_.at(worker)], {});
}
std::vector<PassId> CoreHarness::TakeDrops(const std::string& worker) {
  return std::exchange(drops_[sessions_.at(worker)], {});
}
bool CoreHarness::WasClosed(const std::string& worker) const {
  return std::find(closed_.begin(), closed_.end(), sessions_.at(worker)) != closed_.end();
}

std::vector<Node> CoreHarness::Fold(const PassSpec& spec, Block block, int64_t end) {
  auto reducer = MakeReducer(spec.reducer, *ParseJson(spec.reducer_parameters));
  EXPECT_TRUE(reducer.ok()) << reducer.status();
  MapSink sink(blobs_);
  BlockFold fold(block, spec.task_count);
  for (int64_t task = block.begin(); task < end; ++task) {
    std::string partial = leaf ? leaf(spec, task) : DefaultLeaf(spec, task + lie, sink);
    EXPECT_TRUE(fold.Push(std::move(partial), **reducer, sink).ok());
  }
  absl::StatusOr<std::vector<Node>> nodes = fold.Take(**reducer, sink);
  EXPECT_TRUE(nodes.ok()) << nodes.status();
  return *std::move(nodes);
}

void CoreHarness::ReportDone(const std::string& worker, const mc::SendLease& lease, int64_t tasks) {
  const Block block = lease.token.block;
  const int64_t end = tasks < 0 ? block.end(lease.pass->task_count) : block.begin() + tasks;
  mc::WorkerReport report;
  report.session = sessions_.at(worker);
  report.token = lease.token;
  report.nodes = Fold(*lease.pass, block, end);
  report.task_columns = absl::StrCat("columns of ", report.token.attempt);
  report.age = absl::Milliseconds(2);
  report.cost.tasks = end - block.begin();
  report.cost.phase_ns[static_cast<int>(Phase::kCompute)] = report.cost.tasks * absl::ToInt64Nanoseconds(task_duration);
  report.slot_time = task_duration * static_cast<double>(report.cost.tasks);
  if (edit) edit(report);
  Send(report);
}

void CoreHarness::ReportFault(const std::string& worker, const mc::SendLease& lease, FaultKind kind, int64_t task,
                              int64_t done) {
  mc::WorkerReport report;
  report.session = sessions_.at(worker);
  report.token = lease.token;
  report.nodes = Fold(*lease.pass, lease.token.block, lease.token.block.begin() + done);
  report.cost.tasks = done;
  report.failure = Failure{kind, task, "it broke", "stderr tail", ""};
  Send(report);
}

void CoreHarness::RunAll() {
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto& [worker, session] : std::map(sessions_)) {
      for (const mc::SendLease& lease : TakeLeases(worker)) {
        ReportDone(worker, lease);
        moved = true;
      }
    }
  }
}

std::string CoreHarness::TableBytes(const Output& output) const {
  const std::string encoded =
      output.content.artifact ? blobs_.at(output.content.artifact->digest) : output.content.bytes;
  const absl::StatusOr<Dataset> dataset = Dataset::Decode(encoded);
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  std::string bytes;
  for (const Segment& segment : dataset->segments) bytes += blobs_.at(segment.blob.digest);
  return bytes;
}

}  // namespace mote::testing
