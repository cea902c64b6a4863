#include "tests/sim/sim_worker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/json.h"
#include "tests/sim/iteration.h"
#include "tests/sim/subtree_task.h"

namespace mote::sim {
namespace {

worker::SessionOptions SessionOptionsOf(const Options& options, uint64_t seed) {
  worker::SessionOptions session;
  session.slot_count = options.slots;
  session.seed = seed;
  if (options.faults.tight_memory) session.unacknowledged_bytes_max = 2 << 10;
  return session;
}

}  // namespace

SimWorker::SimWorker(const WorkerWorld& world, std::string name, Nature nature)
    : world_(world),
      queue_(world.queue),
      random_(world.random),
      name_(std::move(name)),
      nature_(nature),
      session_(SessionOptionsOf(world.options, world.random.Below(1 << 30))) {}

void SimWorker::Start() {
  Do(session_.OnTick(queue_.now()));
  ScheduleTick();
}

void SimWorker::WhenAwake(std::function<void()> action) {
  if (!alive_) return;
  if (queue_.now() >= frozen_until_ && asleep_.empty()) return action();
  asleep_.push_back(std::move(action));
  if (asleep_.size() == 1) queue_.At(frozen_until_, [this] { Thaw(); });
}

// Everything in the order in which it came, however often the freeze was prolonged.
void SimWorker::Thaw() {
  if (queue_.now() < frozen_until_) return queue_.At(frozen_until_, [this] { Thaw(); });
  for (; alive_ && !asleep_.empty(); asleep_.pop_front()) asleep_.front()();
}

void SimWorker::Deliver(uint64_t stream, Network::Message message) {
  WhenAwake([this, stream, message = std::move(message)] {
    if (stream == stream_) Do(message(session_, queue_.now()));
  });
}

void SimWorker::StreamEnded(uint64_t stream) {
  WhenAwake([this, stream] {
    if (stream != stream_) return;
    stream_ = 0;
    Do(session_.OnDisconnected(queue_.now()));
  });
}

void SimWorker::Do(worker::Actions actions) {
  for (const worker::Action& action : actions) {
    std::visit([this](const auto& a) { On(a); }, action);
  }
  const int64_t bytes = session_.unacknowledged_bytes();
  if (bytes > SessionOptionsOf(world_.options, 0).unacknowledged_bytes_max) {
    world_.invariants.Fail("a worker keeps a bounded number of bytes", absl::StrCat(name_, " keeps ", bytes));
  }
}

void SimWorker::On(const worker::Connect& action) {
  stream_ = world_.network.Open(*this, action);
  if (stream_ == 0) {  // nobody answers
    queue_.After(absl::Milliseconds(1), [this] { WhenAwake([this] { Do(session_.OnDisconnected(queue_.now())); }); });
  }
}

void SimWorker::On(const worker::Disconnect& action) {
  if (action.reason.find("silent") == std::string::npos) {
    world_.invariants.Fail("worker and coordinator agree on what was said", absl::StrCat(name_, ": ", action.reason));
  }
  world_.network.Break(stream_, /*tell_worker=*/false, /*tell_coordinator=*/true);
  stream_ = 0;
  queue_.After(absl::ZeroDuration(), [this] { WhenAwake([this] { Do(session_.OnDisconnected(queue_.now())); }); });
}

void SimWorker::On(const worker::SendReport& action) {
  mc::WorkerReport report;
  report.session = SessionId{stream_};
  report.token = action.report->token;
  report.nodes = action.report->nodes;
  report.cost = action.report->cost;
  report.failure = action.report->fault;
  report.slot_time = action.report->slot_time;
  world_.network.Report(*this, std::move(report));
}

void SimWorker::On(const worker::SendHeartbeat& action) {
  world_.network.ToCoordinator(stream_, mc::WorkerHeartbeat{SessionId{stream_}, action.sequence});
}
void SimWorker::On(const worker::SendSlotState& action) {
  world_.network.ToCoordinator(stream_, mc::WorkerSlotState{SessionId{stream_}, action.slot, action.ready});
}
void SimWorker::On(const worker::SendDraining&) {
  world_.network.ToCoordinator(stream_, mc::WorkerDraining{SessionId{stream_}});
}
void SimWorker::On(const worker::SendGoodbye&) {
  world_.network.ToCoordinator(stream_, mc::WorkerGoodbye{SessionId{stream_}});
}

// What was written before arrives before the end of the stream does.
void SimWorker::On(const worker::Exit&) {
  alive_ = false;
  queue_.After(absl::Seconds(3), [this] { world_.network.Break(stream_, false, /*tell_coordinator=*/true); });
}

void SimWorker::On(const worker::DefinePass& action) {
  const PassSpec& spec = action.spec;
  if (IsSubtreeTask(spec) || spec.kernel == kSettle) {
    passes_[action.pass] = {spec, nullptr, nullptr};
    return;
  }
  auto reducer = MakeRowReducer(spec.reducer, *ParseJson(spec.reducer_parameters));
  MOTE_CHECK(reducer.ok(), "every pass of the simulation reduces rows");
  passes_[action.pass] = {spec, &world_.workload.JobOf(spec), *std::move(reducer)};
}

void SimWorker::On(const worker::RunLease& action) {
  std::deque<worker::RunLease>& engine = engines_[action.slot];
  engine.push_back(action);
  if (engine.size() == 1) RunNext(action.slot);
}

void SimWorker::On(const worker::CancelLease& action) {
  std::deque<worker::RunLease>& engine = engines_[action.slot];
  const bool running = !engine.empty() && engine.front().lease == action.lease;
  std::erase_if(engine, [&](const worker::RunLease& lease) { return lease.lease == action.lease; });
  if (running) RunNext(action.slot);
}

void SimWorker::On(const worker::ShortenLease& action) {
  std::deque<worker::RunLease>& engine = engines_[action.slot];
  const auto lease = std::find_if(engine.begin(), engine.end(),
                                  [&](const worker::RunLease& held) { return held.lease == action.lease; });
  if (lease == engine.end()) return;
  if (down_.contains(action.slot) || (lease == engine.begin() && hung_.contains(action.slot))) return;
  if (lease != engine.begin()) {  // not begun: given back whole
    const uint64_t number = lease->lease;
    engine.erase(lease);
    return Do(session_.OnFinished(number, worker::Report()));
  }
  const TaskRange range = lease->block.range(passes_.at(lease->pass).spec.task_count);
  const absl::Duration elapsed = queue_.now() - started_[action.slot];
  const int64_t begun = BegunAfter(world_.options, pace(), kTimes, range, elapsed);
  const int64_t tasks = std::max(begun, action.end - range.begin);
  if (tasks >= ends_[action.slot]) return;
  ends_[action.slot] = tasks;
  ++generations_[action.slot];
  FinishAfter(TimeOfTasks({range.begin, range.begin + tasks}) - elapsed, action.slot, tasks);
}

void SimWorker::RunNext(int slot) {
  ++generations_[slot];
  hung_.erase(slot);
  if (engines_[slot].empty() || down_.contains(slot)) return;
  const worker::RunLease& lease = engines_[slot].front();
  const TaskRange range = lease.block.range(passes_.at(lease.pass).spec.task_count);
  int64_t tasks = range.size();
  if (const int most = world_.options.report_tasks_max; most > 0) {
    tasks = std::min(tasks, 1 + static_cast<int64_t>(random_.Below(static_cast<uint64_t>(most))));
  }
  ends_[slot] = tasks;
  started_[slot] = queue_.now();
  FinishAfter(TimeOfTasks({range.begin, range.begin + tasks}), slot, tasks);
}

void SimWorker::FinishAfter(absl::Duration wait, int slot, int64_t tasks) {
  queue_.After(wait, [this, slot, tasks, generation = generations_[slot]] {
    WhenAwake([this, slot, tasks, generation] { Finish(slot, generation, tasks); });
  });
}

void SimWorker::Finish(int slot, uint64_t generation, int64_t tasks) {
  if (generations_[slot] != generation || engines_[slot].empty()) return;
  const worker::RunLease lease = engines_[slot].front();
  engines_[slot].pop_front();
  Do(session_.OnFinished(lease.lease, Compute(lease, tasks)));
  RunNext(slot);
}

worker::Report SimWorker::Compute(const worker::RunLease& lease, int64_t tasks) {
  const Pass& pass = passes_.at(lease.pass);
  worker::Report report;
  if (nature_.bad) {
    report.fault = Failure{FaultKind::kEngineCrash, -1, "this worker is bad", "", ""};
  } else if (IsSubtreeTask(pass.spec)) {
    report = RunSubtreeTask(
        pass.spec, [&](const Value& value) { return Read(lease, value); }, world_.blobs);
  } else if (std::optional<std::string> missing = MissingInput(lease, pass.spec)) {
    report.fault = Failure{FaultKind::kUnavailable, -1, "an input is gone", "", "", *std::move(missing)};
  } else if (pass.spec.kernel == kSettle) {
    report.nodes = {{Block{0, 0}, *StateOf(pass.spec, [&](const Value& value) { return Read(lease, value); })}};
    report.cost.tasks = 1;
  } else {
    RunTasks(lease, pass, tasks, &report);
  }
  AddTimes({lease.block.begin(), lease.block.begin() + report.cost.tasks}, &report.cost);
  report.slot_time = TimeOfTasks({lease.block.begin(), lease.block.begin() + tasks});
  if (world_.options.large_partials && pass.spec.kernel != "finish") partials_.Keep(lease.tree, name_, report.nodes);
  return report;
}

void SimWorker::AddTimes(TaskRange tasks, Cost* cost) const {
  const int64_t fetch = absl::ToInt64Nanoseconds(nature_.fetch);
  for (int64_t task = tasks.begin; task < tasks.end; ++task) {
    const int64_t ns = absl::ToInt64Nanoseconds(TaskTime(world_.options, pace(), kTimes, task));
    cost->task_ns.Add(ns);
    cost->phase_ns[static_cast<int>(Phase::kFetch)] += fetch;
    cost->phase_ns[static_cast<int>(Phase::kCompute)] += ns - fetch;
    cost->network_bytes += world_.options.input_bytes;
  }
}

void SimWorker::RunTasks(const worker::RunLease& lease, const Pass& pass, int64_t tasks, worker::Report* report) {
  const TaskRange range{lease.block.begin(), lease.block.begin() + tasks};
  BlobStore& blobs = world_.blobs;
  BlockFold fold(lease.block, pass.spec.task_count);
  const uint64_t value_seed = ValueSeed(pass.spec, [&](const Value& value) { return Read(lease, value); });
  // Leaves of tasks that the pass does not have.
  const int64_t lie = nature_.lies && random_.Chance(0.5) ? static_cast<int64_t>(1 + random_.Below(1 << 30)) << 32 : 0;
  for (int64_t task = range.begin; task < range.end; ++task) {
    if (pass.job->poison.contains(task)) {
      // Half of the engines know which task it was that killed them.
      report->fault = Failure{FaultKind::kEngineCrash, random_.Chance(0.5) ? task : -1, "poison", "", ""};
      break;
    }
    MOTE_CHECK(fold.Push(LeafOf(value_seed, *pass.reducer, task + lie, blobs), *pass.reducer, blobs).ok(),
               "such rows combine");
  }
  report->cost.tasks = fold.next_task() - range.begin;
  report->nodes = *fold.Take(*pass.reducer, blobs);
  if (report->fault && random_.Chance(0.5)) {  // a crash takes the finished prefix with it
    report->nodes.clear();
    report->cost.tasks = 0;
  }
}

// Nothing: all inputs of the pass that are artifacts can be had.
std::optional<std::string> SimWorker::MissingInput(const worker::RunLease& lease, const PassSpec& spec) const {
  for (const auto& [name, value] : spec.inputs) {
    if (!Read(lease, value).ok()) return value.artifact->ToString();
  }
  return std::nullopt;
}

// From its own disk, from where the lease says, or from the coordinator.
absl::StatusOr<std::string> SimWorker::Read(const worker::RunLease& lease, const Value& value) const {
  if (!value.artifact) return value.bytes;
  const Digest& digest = value.artifact->digest;
  if (const std::string* own = partials_.Find(digest)) return *own;
  for (const worker::Location& location : lease.locations) {
    if (location.artifact != *value.artifact) continue;
    if (const std::string* other = world_.ask(location.address, digest)) return *other;
  }
  if (const std::string* stored = world_.blobs.Find(digest)) return *stored;
  return absl::UnavailableError("nobody has it");
}

const std::string* SimWorker::Serve(const Digest& digest) const {
  return alive_ && queue_.now() >= frozen_until_ ? partials_.Find(digest) : nullptr;
}

void SimWorker::CrashEngine(int slot) {
  if (!IsBusy(slot)) return;
  FailEngine(slot, {FaultKind::kEngineCrash, engines_[slot].front().block.begin(), "killed", "", ""});
}

void SimWorker::HangEngine(int slot) {
  if (!IsBusy(slot)) return;
  const uint64_t generation = ++generations_[slot];
  hung_.insert(slot);
  queue_.After(engines_[slot].front().task_timeout, [this, slot, generation] {
    WhenAwake([this, slot, generation] {
      if (generations_[slot] != generation || engines_[slot].empty()) return;
      FailEngine(slot, {FaultKind::kTimeout, engines_[slot].front().block.begin(), "hung", "", ""});
    });
  });
}

void SimWorker::MuteEngine(int slot) {
  if (!IsBusy(slot)) return;
  ++generations_[slot];
  hung_.insert(slot);
}

void SimWorker::BreakSlot(int slot, absl::Duration duration) {
  if (!alive_) return;
  std::deque<worker::RunLease> leases = std::exchange(engines_[slot], {});
  Do(session_.OnSlotState(slot, false, "3 engines in a row did not get ready"));
  for (const worker::RunLease& lease : leases) {
    worker::Report report;
    report.fault = Failure{FaultKind::kGivenBack, -1, "no engine starts", "", ""};
    Do(session_.OnFinished(lease.lease, std::move(report)));
  }
  StartEngine(slot, duration);
}

// The engine ends, its lease with it; another one starts.
void SimWorker::FailEngine(int slot, const Failure& failure) {
  const worker::RunLease lease = engines_[slot].front();
  engines_[slot].pop_front();
  worker::Report report;
  report.fault = failure;
  Do(session_.OnSlotState(slot, false));
  Do(session_.OnFinished(lease.lease, std::move(report)));
  StartEngine(slot, absl::Milliseconds(200));
}

void SimWorker::StartEngine(int slot, absl::Duration wait) {
  ++generations_[slot];
  const uint64_t start = down_[slot] = ++starts_;
  queue_.After(wait, [this, slot, start] {
    WhenAwake([this, slot, start] {
      const auto down = down_.find(slot);
      if (down == down_.end() || down->second != start) return;  // an earlier one
      down_.erase(down);
      Do(session_.OnSlotState(slot, true));
      RunNext(slot);
    });
  });
}

void SimWorker::ScheduleTick() {
  const absl::Time next = std::max(session_.NextTick(), queue_.now() + absl::Milliseconds(10));
  queue_.At(std::min(next, queue_.now() + absl::Milliseconds(500)), [this] {
    WhenAwake([this] {
      Do(session_.OnTick(queue_.now()));
      if (!acknowledgements_.Check(stream_, session_.unacknowledged(), queue_.now())) {
        world_.invariants.Fail("a report is acknowledged within a minute of a quiet connection", name_);
      }
      ScheduleTick();
    });
  });
}

}  // namespace mote::sim
