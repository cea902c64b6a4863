// mote-make-journal: writes the journal of a coordinator that committed so many blocks
// and then was killed. For bench/recovery.py.
//
//   mote-make-journal STATE_DIR TASKS BLOCKS TASK_MICROSECONDS SNAPSHOT(yes|no)
//
// The real core decides, the real journal writes; only the worker is pretended. One job
// of TASKS `noop` tasks; blocks hold as many tasks as the scheduler chooses for their
// duration. Prints one JSON object.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>

#include "common/check.h"
#include "common/json.h"
#include "common/table.h"
#include "coordinator/core/core.h"
#include "coordinator/journal/sqlite_journal.h"
#include "coordinator/journal/state_dir.h"
#include "coordinator/plan/registry.h"
#include "coordinator/runtime/snapshotter.h"
#include "coordinator/schedule/fair_policy.h"

namespace mote::coordinator {
namespace {

constexpr int kSlots = 8;
constexpr size_t kBatchEvents = 500;

class NoBlobs : public BlobSink {
 public:
  Digest Store(std::string bytes) override { return Sha256(bytes); }
};

JobSpec NoopJob(int64_t tasks) {
  JobSpec spec;
  spec.name = "many-tasks";
  StageSpec stage;
  stage.name = "work";
  stage.operation = "noop";
  stage.tasks.count = tasks;
  stage.reduce = {"count", "{}"};
  spec.stages = {stage};
  spec.outputs = {{"count", "work.result", "", ""}};
  return spec;
}

class Writer {
 public:
  Writer(Journal& journal, absl::Duration task_duration)
      : journal_(journal),
        task_duration_(task_duration),
        core_(
            [this] {
              CoreOptions options;
              options.policy = &policy_;
              return options;
            }(),
            BuiltinPlanners()) {}

  void Begin(int64_t tasks) {
    Decision decision;
    core_.StartEpoch(now_, &decision);
    Take(std::move(decision));
    Step(SubmitJob{CallId{1}, NoopJob(tasks), "", "bench"});
    WorkerHello hello;
    hello.session = SessionId{1};
    hello.worker = "bench-worker";
    hello.slots.assign(kSlots, {"cpu", 0, "bench"});
    Step(hello);
  }

  void CommitBlocks(int64_t blocks) {
    for (int64_t i = 0; i < blocks && !leases_.empty(); ++i) {
      const SendLease lease = leases_.front();
      leases_.pop_front();
      Step(ReportOf(lease));
    }
    Flush();
  }

  const State& state() const { return core_.state(); }

 private:
  WorkerReport ReportOf(const SendLease& lease) {
    if (lease.pass) pass_ = lease.pass;
    const int64_t tasks = lease.token.block.size(pass_->task_count);
    WorkerReport report;
    report.session = lease.session;
    report.token = lease.token;
    report.nodes = {{lease.token.block, PartialOf(tasks)}};
    report.cost.tasks = tasks;
    for (int64_t i = 0; i < tasks; ++i) report.cost.task_ns.Add(absl::ToInt64Nanoseconds(task_duration_));
    report.cost.phase_ns[static_cast<int>(Phase::kCompute)] = tasks * absl::ToInt64Nanoseconds(task_duration_);
    report.slot_time = static_cast<double>(tasks) * task_duration_;
    return report;
  }

  // What an engine's fold of so many rows yields.
  std::string PartialOf(int64_t tasks) {
    auto reducer = MakeRowReducer(pass_->reducer, *ParseJson(pass_->reducer_parameters));
    MOTE_CHECK(reducer.ok(), "the pass has a reducer of rows");
    NoBlobs blobs;
    std::string whole;
    for (int64_t i = 0; i < tasks; ++i) {
      TableBuilder builder(Schema{{{"result", DType::kI64, 1}}});
      builder.AddI64(i);
      std::string leaf;
      MOTE_CHECK((*reducer)->Leaf(builder.Take(), &leaf, blobs).ok(), "a row is a leaf");
      if (whole.empty()) {
        whole = std::move(leaf);
      } else {
        MOTE_CHECK((*reducer)->Combine(whole, leaf, blobs).ok(), "leaves combine");
      }
    }
    return whole;
  }

  void Step(const Command& command) {
    now_ += absl::Milliseconds(1);
    Decision decision;
    core_.Step(now_, command, &decision);
    Take(std::move(decision));
  }

  void Take(Decision decision) {
    for (const Effect& effect : decision.effects) {
      if (const auto* lease = std::get_if<SendLease>(&effect)) leases_.push_back(*lease);
    }
    events_.insert(events_.end(), std::make_move_iterator(decision.events.begin()),
                   std::make_move_iterator(decision.events.end()));
    if (events_.size() >= kBatchEvents) Flush();
  }

  void Flush() {
    const absl::Status status = journal_.Append(events_);
    MOTE_CHECK(status.ok(), "the journal takes events");
    events_.clear();
  }

  Journal& journal_;
  const absl::Duration task_duration_;
  FairPolicy policy_;
  Core core_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000'000);
  std::deque<SendLease> leases_;
  std::shared_ptr<const PassSpec> pass_;
  std::vector<Event> events_;
};

int Main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: mote-make-journal STATE_DIR TASKS BLOCKS TASK_MICROSECONDS yes|no\n");
    return 2;
  }
  const auto dir = StateDir::Open(argv[1]);
  MOTE_CHECK(dir.ok(), "the state directory is free");
  const auto journal = SqliteJournal::Open(dir->journal_path());
  MOTE_CHECK(journal.ok(), "the journal opens");
  Writer writer(**journal, absl::Microseconds(std::atoll(argv[4])));
  writer.Begin(std::atoll(argv[2]));
  writer.CommitBlocks(std::atoll(argv[3]));
  if (std::string(argv[5]) == "yes") {
    Snapshotter snapshotter({.tail_records_min = 1, .tail_bytes_min = 1, .slice_records = 1000}, writer.state().options,
                            BuiltinPlanners(), **journal);
    while (snapshotter.busy()) {
      MOTE_CHECK(snapshotter.Work(absl::Now()).ok(), "a snapshot of a sound journal is made");
    }
  }
  const JournalSize size = (*journal)->size();
  const StageRun& stage = writer.state().jobs.begin()->second->stages[0];
  std::printf("{\"tasks_committed\": %lld, \"snapshot_records\": %lld, \"tail_records\": %lld, \"bytes\": %lld}\n",
              static_cast<long long>(stage.tasks_committed), static_cast<long long>(size.snapshot_records),
              static_cast<long long>(size.tail_records), static_cast<long long>(size.snapshot_bytes + size.tail_bytes));
  std::fflush(stdout);
  std::_Exit(0);  // as kill -9 leaves it: nothing is tidied up
}

}  // namespace
}  // namespace mote::coordinator

int main(int argc, char** argv) { return mote::coordinator::Main(argc, argv); }
