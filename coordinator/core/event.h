// Events: what has happened. Journalled, past tense; Apply(event) is the only way
// in which jobs change, live and in replay.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/cost.h"
#include "common/failure.h"
#include "common/fold.h"
#include "common/ids.h"
#include "common/pass_spec.h"
#include "coordinator/core/job_spec.h"

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

// The planner of a stage answered: these passes run next.
struct StepPlanned {
  JobId job;
  int stage = 0;
  std::string memo;
  std::vector<PlannedPass> passes;
  bool is_volatile = false;  // commits of these passes are not journalled
  bool journalled = true;    // false: a step between two checkpoints, never in the journal
  std::vector<ArtifactRef> artifacts;
  std::string progress;
  absl::Time time;
  bool operator==(const StepPlanned&) const = default;
};

// A pass whose root only an engine can finish gets a one-task pass that does.
struct FinishPlanned {
  JobId job;
  PassId pass;  // the one that is finished
  PlannedPass finish;
  bool operator==(const FinishPlanned&) const = default;
};

// A leased task combines the nodes below `block`, which are too large to travel.
struct FoldPlanned {
  JobId job;
  PassId pass;  // whose tree it is
  Block block;
  PlannedPass fold;
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

// From now on only slots of this numeric class run the stage's numeric passes.
struct StageBound {
  JobId job;
  int stage = 0;
  std::string numeric_class;
  bool operator==(const StageBound&) const = default;
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
  bool operator==(const BlockCommitted&) const = default;
};

// An attempt ended without a result; its block is pending again, cut into `pieces`
// (all of it, or around a suspect), not before `not_before`.
struct AttemptFailed {
  LeaseToken token;
  Failure failure;
  std::vector<Block> pieces;
  absl::Time not_before;
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
};

struct StageCompleted {
  JobId job;
  int stage = 0;
  std::map<std::string, Output> outputs;
  absl::Time time;
  bool operator==(const StageCompleted&) const = default;
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

using Event = std::variant<EpochStarted, JobSubmitted, StepPlanned, FinishPlanned, FoldPlanned, SubtreeFolded,
                           StageBound, LeaseGranted, LeaseReissued, BlockCommitted, AttemptFailed, TaskQuarantined,
                           PassCompleted, StageCompleted, JobEnded>;

}  // namespace mote::coordinator
