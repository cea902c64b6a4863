#include "coordinator/core/snapshot.h"

#include <algorithm>
#include <utility>

namespace mote::coordinator {
namespace {

// A list goes on in a further event beyond so many bytes: records stay below 64 KiB
// where a single entry does.
constexpr size_t kBytesMax = 48 << 10;
constexpr absl::Duration kDropsKept = absl::Hours(1);

// Cuts lists into events of bounded size.
template <class Restored>
class Pieces {
 public:
  Pieces(Restored empty, std::vector<Event>* out) : empty_(std::move(empty)), piece_(empty_), out_(*out) {}

  // The event that takes an entry of about so many bytes.
  Restored& For(size_t bytes) {
    if (bytes_ > 0 && bytes_ + bytes > kBytesMax) End();
    bytes_ += bytes;
    return piece_;
  }
  void End() {
    if (bytes_ > 0) out_.push_back(std::exchange(piece_, empty_));
    bytes_ = 0;
  }

 private:
  const Restored empty_;
  Restored piece_;
  std::vector<Event>& out_;
  size_t bytes_ = 0;
};

size_t BytesOf(const Node& node) { return 120 + (node.partial ? node.partial->size() : 0); }

void AddStory(JobId job, const Story& story, std::vector<Event>* out) {
  Pieces<StoryRestored> pieces({job, {}, story.failed()}, out);
  for (const FailedAttempt& attempt : story.attempts()) {
    const Failure& failure = attempt.failure;
    pieces.For(200 + attempt.label.size() + failure.message.size() + failure.detail.size()).attempts.push_back(attempt);
  }
  pieces.End();
}

void AddDrops(const State& state, absl::Time now, std::vector<Event>* out) {
  Pieces<DropsRestored> pieces({}, out);
  for (const auto& drop : state.drops) {
    if (drop.first > now - kDropsKept) pieces.For(100).drops.push_back(drop);
  }
  pieces.End();
}

void AddStage(JobId job, int index, const StageRun& run, std::vector<Event>* out) {
  // Every field by name: one that is added does not compile until a snapshot has it.
  const auto& [state, memo, step, step_journalled, outputs, numeric_class, site_classes, progress, tasks_to_come,
               before_step, pace, apart, checkpoint, artifacts, durable_artifacts, last_checkpoint, start, end, cost,
               kernel_duration, tasks_total, tasks_committed, passes_total, passes_complete, absent_count, reused_from,
               kept, kept_bytes, computed, calibration, probes] = run;
  static_cast<void>(pace);  // of this epoch: who reads a snapshot begins another
  static_cast<void>(kept_bytes);
  static_cast<void>(apart);  // none: of volatile steps alone
  static_cast<void>(checkpoint);
  static_cast<void>(step_journalled);  // true: state was made by replay
  out->push_back(StageRestored{job,
                               index,
                               state,
                               memo,
                               step,
                               outputs,
                               numeric_class,
                               progress,
                               tasks_to_come,
                               before_step,
                               artifacts,
                               durable_artifacts,
                               last_checkpoint,
                               start,
                               end,
                               cost,
                               kernel_duration,
                               tasks_total,
                               tasks_committed,
                               passes_total,
                               passes_complete,
                               absent_count,
                               reused_from,
                               computed,
                               calibration,
                               site_classes,
                               probes});
  for (const auto& [pass, nodes] : kept) {
    Pieces<KeptRestored> pieces({job, index, pass, {}}, out);
    for (const Node& node : nodes) pieces.For(BytesOf(node)).nodes.push_back(node);
    pieces.End();
  }
}

void AddProgress(JobId job, const Pass& pass, std::vector<Event>* out) {
  Pieces<PassProgressRestored> pieces({job, pass.id, {}, {}, {}, {}, {}}, out);
  for (const auto& [begin, returned] : pass.blocks.returned()) pieces.For(32).returned.push_back(returned);
  for (const auto& [begin, leased] : pass.blocks.leases()) {
    size_t bytes = 32;
    for (const Attempt& attempt : leased.attempts) bytes += 64 + attempt.worker.size();
    pieces.For(bytes).leased.push_back(leased);
  }
  for (const int64_t task : pass.absent) pieces.For(8).absent.push_back(task);
  for (const auto& [block, faults] : pass.faults) pieces.For(64 + faults.worker.size()).faults[block] = faults;
  for (Node& node : pass.fold.nodes()) {
    const size_t bytes = BytesOf(node);
    pieces.For(bytes).nodes.push_back(std::move(node));
  }
  for (const int64_t task : pass.held_absent) pieces.For(8).held_absent.push_back(task);
  for (const Node& node : pass.finished_nodes) pieces.For(BytesOf(node)).finished_nodes.push_back(node);
  pieces.End();
}

// Values in their order, so that adding the runs again gives the same.
void AddHeld(const LeaseToken& token, const HeldBlock& held, std::vector<Event>* out) {
  for (const HeldValue& value : held.values()) {
    for (const std::string& worker : value.workers) {
      out->push_back(HeldRestored{{token, worker, value.nodes, value.cost, value.slot_time}});
    }
  }
}

void AddPass(JobId job, const Pass& pass, std::vector<Event>* out) {
  const auto& [id, stage, is_volatile, spec, reducer, blocks, fold, next_attempt, generation, cost, absent_count,
               absent, held, faults, finishes, finished_by, folds, folding, planned, result, broken, held_absent,
               finished_nodes, keeps_nodes] = pass;
  static_cast<void>(held_absent);  // with the progress, as are the nodes
  static_cast<void>(finished_nodes);
  static_cast<void>(folding);  // what other passes fold
  // Made from the spec again; a pass that cannot be folded has ended its job.
  static_cast<void>(reducer);
  static_cast<void>(broken);
  PassRestored event;
  event.job = job;
  event.stage = stage;
  event.planned = {id, *spec};
  event.is_volatile = is_volatile;
  event.frontier = blocks.frontier();
  event.next_attempt = next_attempt;
  event.cost = cost;
  event.absent_count = absent_count;
  event.finishes = finishes;
  event.finished_by = finished_by;
  event.folds = folds;
  event.result = result;
  event.keeps_nodes = keeps_nodes;
  event.generation = generation;
  event.planned_time = planned;
  out->push_back(std::move(event));
  AddProgress(job, pass, out);
  for (const auto& [begin, block] : held) AddHeld({{}, job, id, blocks.leases().at(begin).block, 0}, block, out);
}

void AddJob(const Job& job, std::vector<Event>* out) {
  const auto& [id, admitted, request_id, principal, state, submitted, start, end, stages, passes, absent, absent_count,
               failure, distrusted, share, story, retries, deadline, used_before_retry] = job;
  out->push_back(JobRestored{{id, admitted.spec, request_id, principal, submitted},
                             state,
                             start,
                             end,
                             absent_count,
                             failure,
                             share,
                             retries,
                             deadline,
                             used_before_retry});
  AddStory(id, story, out);
  Pieces<AbsentRestored> pieces({id, {}}, out);
  for (const AbsentView& task : absent) pieces.For(64 + task.stage.size() + task.message.size()).tasks.push_back(task);
  pieces.End();
  for (size_t i = 0; i < stages.size(); ++i) AddStage(id, static_cast<int>(i), stages[i], out);
  for (const auto& [pass_id, pass] : passes) AddPass(id, pass, out);
  for (const auto& [worker, reason] : distrusted) out->push_back(WorkerDistrusted{id, worker, reason});
}

}  // namespace

std::vector<Event> SnapshotOf(const State& of, absl::Time now) {
  // What is not taken over follows from the rest, or is learnt from workers again.
  const auto& [options, planners, epoch, next_job, next_pass, partial_bytes, jobs, active, deadlines, ended, pinned,
               request_ids, runnable, tenant_device_time, artifact_users, drops, reuse, bundles, retryable, cluster,
               straggler_cursor, last_review, last_collect, log_reads, disk_low, reconnect_until] = of;
  std::vector<Event> events;
  events.push_back(StateRestored{epoch, next_job, next_pass, tenant_device_time, {retryable.begin(), retryable.end()}});
  AddDrops(of, now, &events);
  for (const Bundle* const bundle : bundles.All()) events.push_back(BundlePublished{*bundle, 0});
  for (const auto& [id, job] : jobs) AddJob(*job, &events);
  return events;
}

}  // namespace mote::coordinator
