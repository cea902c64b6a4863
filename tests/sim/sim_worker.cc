#include "tests/sim/sim_worker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/json.h"
#include "common/philox.h"
#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

class NoBlobs : public BlobSink {
 public:
  Digest Store(std::string bytes) override { return Sha256(bytes); }
};

worker::SessionOptions SessionOptionsOf(const Options& options, uint64_t seed) {
  worker::SessionOptions session;
  session.slot_count = options.slots;
  session.seed = seed;
  return session;
}

}  // namespace

std::string LeafOf(const PassSpec& spec, int64_t task, BlobSink& blobs) {
  const Philox random(7, static_cast<uint64_t>(task));
  TableBuilder builder(Schema{{{"result", DType::kF64, 3}}});
  const double values[3] = {random.Normal(0), random.Normal(1) * 1e8, random.Normal(2) * 1e-8};
  builder.AddF64s(values, 3);
  std::string partial;
  auto reducer = MakeRowReducer(spec.reducer, *ParseJson(spec.reducer_parameters));
  MOTE_CHECK(reducer.ok() && (*reducer)->Leaf(builder.Take(), &partial, blobs).ok(), "the sum takes such rows");
  return partial;
}

SimWorker::SimWorker(SimCluster& cluster, EventQueue& queue, Random& random, std::string name, const Options& options,
                     const std::set<int64_t>& poison, double slowness, bool lies)
    : cluster_(cluster),
      queue_(queue),
      random_(random),
      name_(std::move(name)),
      options_(options),
      poison_(poison),
      slowness_(slowness),
      lies_(lies),
      session_(SessionOptionsOf(options, random.Below(1 << 30))) {}

void SimWorker::WhenAwake(std::function<void()> action) {
  if (!alive_) return;
  if (queue_.now() >= frozen_until_) return action();
  queue_.At(frozen_until_, [this, action = std::move(action)] { WhenAwake(action); });
}

void SimWorker::Deliver(uint64_t stream, std::function<worker::Actions(worker::Session&, absl::Time)> message) {
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
}

void SimWorker::On(const worker::Connect& action) {
  stream_ = cluster_.OpenStream(*this, action.held);
  if (stream_ == 0) {  // nobody answers
    queue_.After(absl::Milliseconds(1), [this] { WhenAwake([this] { Do(session_.OnDisconnected(queue_.now())); }); });
  }
}

void SimWorker::On(const worker::Disconnect&) {
  cluster_.CloseStream(stream_);
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
  cluster_.ToCoordinator(stream_, std::move(report));
}

void SimWorker::On(const worker::SendHeartbeat& action) {
  cluster_.ToCoordinator(stream_, mc::WorkerHeartbeat{SessionId{stream_}, action.sequence});
}
void SimWorker::On(const worker::SendSlotState& action) {
  cluster_.ToCoordinator(stream_, mc::WorkerSlotState{SessionId{stream_}, action.slot, action.ready});
}
void SimWorker::On(const worker::SendGoodbye&) {
  cluster_.ToCoordinator(stream_, mc::WorkerGoodbye{SessionId{stream_}});
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
  if (lease != engine.begin()) {  // not begun: given back whole
    const uint64_t number = lease->lease;
    engine.erase(lease);
    return Do(session_.OnFinished(number, worker::Report()));
  }
  const TaskRange range = lease->block.range(passes_.at(lease->pass).task_count);
  const absl::Duration elapsed = queue_.now() - started_[action.slot];
  const int64_t begun = 1 + elapsed / task_duration();
  const int64_t tasks = std::max(begun, action.end - range.begin);
  if (tasks >= range.size()) return;
  ++generations_[action.slot];
  FinishAfter(task_duration() * static_cast<double>(tasks) - elapsed, action.slot, tasks);
}

void SimWorker::RunNext(int slot) {
  ++generations_[slot];
  if (engines_[slot].empty()) return;
  const worker::RunLease& lease = engines_[slot].front();
  const int64_t tasks = lease.block.size(passes_.at(lease.pass).task_count);
  started_[slot] = queue_.now();
  FinishAfter(task_duration() * static_cast<double>(tasks), slot, tasks);
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
  const PassSpec& spec = passes_.at(lease.pass);
  const TaskRange range{lease.block.begin(), lease.block.begin() + tasks};
  auto reducer = MakeReducer(spec.reducer, *ParseJson(spec.reducer_parameters));
  NoBlobs blobs;
  BlockFold fold(lease.block, spec.task_count);
  worker::Report report;
  // Leaves of tasks that the pass does not have.
  const int64_t lie = lies_ && random_.Chance(0.5) ? static_cast<int64_t>(1 + random_.Below(1 << 30)) << 32 : 0;
  for (int64_t task = range.begin; task < range.end; ++task) {
    if (poison_.contains(task)) {
      // Half of the engines know which task it was that killed them.
      report.fault = Failure{FaultKind::kEngineCrash, random_.Chance(0.5) ? task : -1, "poison", "", ""};
      break;
    }
    MOTE_CHECK(fold.Push(LeafOf(spec, task + lie, blobs), **reducer, blobs).ok(), "sums combine");
  }
  report.cost.tasks = fold.next_task() - range.begin;
  report.nodes = *fold.Take(**reducer, blobs);
  if (report.fault && random_.Chance(0.5)) {  // a crash takes the finished prefix with it
    report.nodes.clear();
    report.cost.tasks = 0;
  }
  report.cost.phase_ns[static_cast<int>(Phase::kCompute)] =
      absl::ToInt64Nanoseconds(task_duration()) * report.cost.tasks;
  report.slot_time = task_duration() * static_cast<double>(range.size());
  Do(session_.OnFinished(lease.lease, std::move(report)));
  RunNext(slot);
}

void SimWorker::CrashEngine(int slot) {
  if (!alive_ || engines_[slot].empty()) return;
  const worker::RunLease lease = engines_[slot].front();
  engines_[slot].pop_front();
  worker::Report report;
  report.fault = Failure{FaultKind::kEngineCrash, lease.block.begin(), "killed", "", ""};
  Do(session_.OnSlotState(slot, false));
  Do(session_.OnFinished(lease.lease, std::move(report)));
  ++generations_[slot];
  queue_.After(absl::Milliseconds(200), [this, slot] {
    WhenAwake([this, slot] {
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
      ScheduleTick();
    });
  });
}

}  // namespace mote::sim
