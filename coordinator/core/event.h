// Events: what has happened. Journalled, past tense; Apply(event) is the only way
// in which jobs change, live and in replay.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/cost.h"
#include "common/failure.h"
#include "common/fold.h"
#include "common/ids.h"
#include "common/pass_spec.h"
#include "common/price.h"
#include "coordinator/core/block_set.h"
#include "coordinator/core/bundles.h"
#include "coordinator/core/calibration.h"
#include "coordinator/core/faults.h"
#include "coordinator/core/job_spec.h"
#include "coordinator/core/progress.h"
#include "coordinator/core/story.h"

namespace mote::coordinator {

enum class JobState { kPending, kRunning, kSucceeded, kPartlyQuarantined, kFailed, kCancelled };
inline bool IsTerminal(JobState state) { return state != JobState::kPending && state != JobState::kRunning; }

// The coordinator started. Every older lease token is out of date.
struct EpochStarted {
  Epoch epoch;
  bool operator==(const EpochStarted&) const = default;
};

struct JobSubmitted {
  JobId job;
  JobSpec spec;  // as admitted: defaults filled in
  std::string request_id;
  std::string principal;
  absl::Time time;
  bool operator==(const JobSubmitted&) const = default;
};

struct PlannedPass {
  PassId pass;
  PassSpec spec;
  bool operator==(const PlannedPass&) const = default;
};

// What a stage has planned and done so far.
struct StageTotals {
  int64_t steps = 0;
  int64_t passes = 0;
  int64_t passes_complete = 0;
  int64_t tasks = 0;
  int64_t tasks_committed = 0;
  CostView cost;
  bool operator==(const StageTotals&) const = default;
};

// The planner of a stage answered: these passes run next.
struct StepPlanned {
  JobId job;
  int stage = 0;
  std::string memo;
  std::vector<PlannedPass> passes;
  bool is_volatile = false;  // commits of these passes are not journalled
  bool journalled = true;    // false: a step between two checkpoints, never in the journal
  std::vector<ArtifactRef> artifacts;
  std::vector<ArtifactRef> apart = {};  // that workers alone have; never of a journalled step
  std::string progress;
  int64_t tasks_to_come = 0;  // after this step, as foreseen
  StageTotals before;         // when the step began: a volatile one's past is not in the journal
  absl::Time time;
  bool operator==(const StepPlanned&) const = default;
};

// A pass whose root only an engine can finish gets a one-task pass that does, after it
// has folded what is still apart.
struct FinishPlanned {
  JobId job;
  PassId pass;  // the one that is finished
  PlannedPass finish;
  absl::Time time;
  bool operator==(const FinishPlanned&) const = default;
};

// A subtree that a leased task folds: of which pass, or by which.
struct FoldedSubtree {
  PassId pass;
  Block block;
  bool operator==(const FoldedSubtree&) const = default;
};

// A leased task combines the nodes below `block`, which are too large to travel.
struct FoldPlanned {
  JobId job;
  PassId pass;  // whose tree it is
  Block block;
  PlannedPass fold;
  absl::Time time;
  bool operator==(const FoldPlanned&) const = default;
};

// The root of a fold task's pass stands in the tree for what it folded; the pass of
// the fold task is over.
struct SubtreeFolded {
  JobId job;
  PassId fold;
  absl::Time time;
  bool operator==(const SubtreeFolded&) const = default;
};

// The only copy of the partials of these nodes is gone, with their worker: their tasks
// are pending again, in a new generation of the pass. Of a block under verification it
// is a result that waited for others to agree: it counts no more.
struct OutputLost {
  JobId job;
  PassId pass;
  std::vector<Block> blocks;
  uint32_t generation = 0;  // of the pass from now on; within one, a task commits once
  std::string worker;
  absl::Time time;
  bool operator==(const OutputLost&) const = default;
};

// From now on only slots of this numeric class run the stage's numeric passes.
struct StageBound {
  JobId job;
  int stage = 0;
  std::string numeric_class;
  std::string worker = {};  // of those that it alone may run; empty: of all others
  bool operator==(const StageBound&) const = default;
};

// A measurement of tasks (calibrate.h) was taken up; the passes that made it are over.
struct StageCalibrated {
  JobId job;
  int stage = 0;
  Calibration calibration;
  absl::Time time;
  bool operator==(const StageCalibrated&) const = default;
};

struct LeaseGranted {
  LeaseToken token;
  std::string worker;
  int slot = 0;
  absl::Time time;
  bool operator==(const LeaseGranted&) const = default;
};

// A worker still held the lease after a restart: it goes on under this epoch.
struct LeaseReissued {
  LeaseToken held;
  Epoch epoch;
  bool operator==(const LeaseReissued&) const = default;
};

// A prefix of the block, or all of it, has its result; what is left of the block
// is pending again.
struct BlockCommitted {
  LeaseToken token;
  std::string worker;
  std::vector<Node> nodes;
  Cost cost;
  absl::Duration slot_time;
  absl::Duration wasted = {};  // what the block's other live attempts had spent
  int runs = 1;                // that ended with a result; more than one: it was verified
  bool independent = true;     // they were on different workers
  Link link = {};              // of the slot that ran it
  bool cost_cut = false;       // the worker claimed more than its lease can have seen
  bool operator==(const BlockCommitted&) const = default;
};

// An attempt of a block that is to be verified ended with a result. It is kept until
// as many runs agree as the stage wants.
struct BlockHeld {
  LeaseToken token;
  std::string worker;
  std::vector<Node> nodes;  // one: the whole block's
  Cost cost;
  absl::Duration slot_time;
  bool cost_cut = false;  // as in BlockCommitted
  bool operator==(const BlockHeld&) const = default;
};

// A worker's result differed from that of others, or from its own. It gets no leases
// any more, and what it said of blocks that are not committed does not count.
struct WorkerDistrusted {
  JobId job;
  std::string worker;
  std::string reason;
  bool operator==(const WorkerDistrusted&) const = default;
};

// An attempt was taken back from its worker, or given back by it, without a fault. Its
// block is pending again unless another attempt is live.
struct AttemptRevoked {
  LeaseToken token;
  bool operator==(const AttemptRevoked&) const = default;
};

// An attempt ended without a result; its block is pending again, cut into `pieces`
// (all of it, or around a suspect), not before `not_before`.
struct AttemptFailed {
  LeaseToken token;
  Failure failure;
  std::vector<Block> pieces;
  absl::Time not_before;
  absl::Time time = {};
  absl::Duration wasted = {};  // that the attempt held its slot for nothing
  bool operator==(const AttemptFailed&) const = default;
};

// A task will have no result, for good.
struct TaskQuarantined {
  JobId job;
  PassId pass;
  int64_t task = 0;
  Failure failure;
  bool operator==(const TaskQuarantined&) const = default;
};

struct PassCompleted {
  JobId job;
  PassId pass;
  CompletedPass result;
  bool operator==(const PassCompleted&) const = default;
};

struct StageCompleted {
  JobId job;
  int stage = 0;
  std::map<std::string, Output> outputs;
  absl::Time time;
  std::optional<JobId> reused_from = std::nullopt;  // the job that ran it; nullopt: this one
  bool operator==(const StageCompleted&) const = default;
};

// The outputs of a stage, under a name and a version that is new. Journalled with the stage's
// end, and with all versions before it in a snapshot.
struct BundlePublished {
  Bundle bundle;
  int stage = 0;  // of the job that published it
  bool operator==(const BundlePublished&) const = default;
};

// The failure as people read it: with its stage and block.
struct JobFailure {
  std::string stage;
  PassId pass;
  TaskRange block;
  Failure failure;
  bool operator==(const JobFailure&) const = default;
};

struct JobEnded {
  JobId job;
  JobState state = JobState::kSucceeded;
  std::optional<JobFailure> failure;
  absl::Time time;
  bool operator==(const JobEnded&) const = default;
};

// A failed job goes on; of one that lost tasks, their stages and those after them begin
// again.
struct JobRetried {
  JobId job;
  absl::Time time;
  Usage used = {};  // by the job so far: its budget counts from there
  bool operator==(const JobRetried&) const = default;
};

// An ended job is past its retention (forget_job.h).
struct JobForgotten {
  JobId job;
  absl::Time time;
  bool operator==(const JobForgotten&) const = default;
};

// A snapshot (snapshot.h) is a list of the events below: they rebuild what all events
// before it had made of the state. StateRestored is the first of the journal then; long
// lists go on in further events of their kind.

struct StateRestored {
  Epoch epoch;
  uint64_t next_job = 1;
  uint64_t next_pass = 1;
  std::map<std::string, absl::Duration> tenant_device_time;
  std::vector<JobId> retryable = {};
  bool operator==(const StateRestored&) const = default;
};

// Artifacts that nothing uses any more, and from when on they may be deleted.
struct DropsRestored {
  std::vector<std::pair<absl::Time, ArtifactRef>> drops;
  bool operator==(const DropsRestored&) const = default;
};

struct JobRestored {
  JobSubmitted submitted;
  JobState state = JobState::kPending;
  absl::Time start;  // InfiniteFuture: not yet
  absl::Time end;
  int64_t absent_count = 0;
  std::optional<JobFailure> failure;
  absl::Duration share;
  int retries = 0;
  absl::Time deadline = absl::InfiniteFuture();
  Usage used_before_retry = {};
  bool operator==(const JobRestored&) const = default;
};

struct AbsentRestored {
  JobId job;
  std::vector<AbsentView> tasks;
  bool operator==(const AbsentRestored&) const = default;
};

struct StageRestored {
  JobId job;
  int stage = 0;
  StageState state = StageState::kWaiting;
  std::string memo;
  std::vector<PassId> step;
  std::map<std::string, Output> outputs;
  std::string numeric_class;
  std::string progress;
  int64_t tasks_to_come = 0;
  StageTotals before_step;
  std::vector<ArtifactRef> artifacts;
  std::vector<ArtifactRef> durable_artifacts;
  absl::Time last_checkpoint;  // InfinitePast: none
  absl::Time start;            // InfiniteFuture: not yet
  absl::Time end;
  CostView cost;
  std::map<std::string, absl::Duration> kernel_duration;
  int64_t tasks_total = 0;
  int64_t tasks_committed = 0;
  int64_t passes_total = 0;
  int64_t passes_complete = 0;
  int64_t absent_count = 0;
  std::optional<JobId> reused_from = std::nullopt;
  std::optional<Digest> computed = std::nullopt;
  std::optional<Calibration> calibration = std::nullopt;
  std::map<std::string, std::string> site_classes = {};
  Probes probes = {};
  bool operator==(const StageRestored&) const = default;
};

struct PassRestored {
  JobId job;
  int stage = 0;
  PlannedPass planned;
  bool is_volatile = false;
  int64_t frontier = 0;  // tasks below are settled, unless PassProgressRestored names them
  uint32_t next_attempt = 1;
  Cost cost;
  int64_t absent_count = 0;
  std::optional<PassId> finishes;
  std::optional<PassId> finished_by;
  std::optional<FoldedSubtree> folds;
  std::optional<CompletedPass> result;
  bool keeps_nodes = true;
  uint32_t generation = 0;
  absl::Time planned_time = absl::InfinitePast();  // of a fold task; InfinitePast: it is none
  bool operator==(const PassRestored&) const = default;
};

struct PassProgressRestored {
  JobId job;
  PassId pass;
  std::vector<ReturnedBlock> returned;
  std::vector<LeasedBlock> leased;
  std::vector<Node> nodes;
  std::map<Block, Faults> faults;
  std::vector<int64_t> held_absent = {};
  std::vector<Node> finished_nodes = {};
  std::vector<int64_t> absent = {};
  bool operator==(const PassProgressRestored&) const = default;
};

// A run of a block under verification; after the progress of its pass.
struct HeldRestored {
  BlockHeld run;
  bool operator==(const HeldRestored&) const = default;
};

struct StoryRestored {
  JobId job;
  std::vector<FailedAttempt> attempts;
  int64_t failed = 0;
  bool operator==(const StoryRestored&) const = default;
};

// Nodes that a retry of the stage begins with, by what their pass computes.
struct KeptRestored {
  JobId job;
  int stage = 0;
  Digest computed;
  std::vector<Node> nodes;
  bool operator==(const KeptRestored&) const = default;
};

using Event =
    std::variant<EpochStarted, JobSubmitted, StepPlanned, FinishPlanned, FoldPlanned, SubtreeFolded, OutputLost,
                 StageBound, StageCalibrated, LeaseGranted, LeaseReissued, BlockCommitted, BlockHeld, WorkerDistrusted,
                 AttemptRevoked, AttemptFailed, TaskQuarantined, PassCompleted, StageCompleted, BundlePublished,
                 JobEnded, JobRetried, JobForgotten, StateRestored, DropsRestored, JobRestored, AbsentRestored,
                 StageRestored, PassRestored, PassProgressRestored, HeldRestored, StoryRestored, KeptRestored>;

}  // namespace mote::coordinator
