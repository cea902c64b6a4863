// The coordinator's whole state: jobs (journalled) and the cluster (not).
//
// A job owns its stages' progress and its live passes; a pass owns its blocks and
// its fold. Changed by Apply(event) alone, apart from the cluster.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/fold.h"
#include "coordinator/core/block_set.h"
#include "coordinator/core/bundles.h"
#include "coordinator/core/cluster.h"
#include "coordinator/core/event.h"
#include "coordinator/core/faults.h"
#include "coordinator/core/held_block.h"
#include "coordinator/core/job_spec.h"
#include "coordinator/core/log_reads.h"
#include "coordinator/core/policy.h"
#include "coordinator/core/reuse_index.h"
#include "coordinator/core/run_queue.h"
#include "coordinator/core/story.h"
#include "coordinator/core/view.h"

namespace mote::coordinator {

struct CoreOptions {
  const SchedulingPolicy* policy = nullptr;  // required; outlives the core
  absl::Duration heartbeat_interval = absl::Seconds(1);
  absl::Duration heartbeat_timeout = absl::Seconds(3);
  absl::Duration reconnect_grace = absl::Seconds(10);
  // An iteration's state is journalled about this often.
  absl::Duration checkpoint_interval = absl::Seconds(1);
  // Superseded states are deleted after this long (a twin job may be using them).
  absl::Duration drop_delay = absl::Seconds(10);
  absl::Duration task_timeout_min = absl::Seconds(60);
  // What a lease may take beyond the work in it: starts of engines, transfers.
  absl::Duration lease_grace = absl::Minutes(2);
  // That all passes together hold of partials that wait for their siblings; beyond it they
  // go to the store, apart from those below spilled_bytes_min.
  int64_t partial_bytes_max = 64 << 20;
  int64_t spilled_bytes_min = 4096;
  // What a report may claim beyond the time since its lease was granted (cost_bound.h).
  absl::Duration cost_slack = absl::Milliseconds(1);
  // False: placement takes bytes to cost nothing (α = 0). For experiments.
  bool weigh_communication = true;
  int jobs_max = 1'000'000;
  // So long is an ended job known, and so many of them at most (forget_job.h).
  absl::Duration retention = absl::Hours(30 * 24);
  size_t ended_jobs_max = 100'000;
  // So long after a start nothing goes because of its age: the clock may still be wrong.
  absl::Duration young_epoch = absl::Minutes(10);
  // How often artifacts that nothing refers to are removed, and how old they are at least:
  // a client may upload for days before it submits (collect.h).
  absl::Duration collect_interval = absl::Hours(1);
  absl::Duration collect_age_min = absl::Hours(72);
  // So many failed or partly quarantined jobs keep what `mote retry` goes on with.
  size_t retryable_jobs_max = 100;
};

struct Pass {
  // `partial_bytes`: counted in State::partial_bytes.
  Pass(PassId id, int stage, PassSpec spec, bool is_volatile, SharedCount partial_bytes);

  // The value of a maximal node is lost: its tasks are pending again, apart from those
  // that are absent for good. FailedPrecondition: there is no such node.
  absl::Status Unfinish(Block block, BlobSink& sink);

  PassId id;
  int stage = 0;
  bool is_volatile = false;
  std::shared_ptr<const PassSpec> spec;
  std::unique_ptr<Reducer> reducer;  // nullptr: see broken
  BlockSet blocks;
  Fold fold;
  uint32_t next_attempt = 1;
  uint32_t generation = 0;  // counts losses of outputs
  Cost cost;
  int64_t absent_count = 0;
  std::set<int64_t> absent;           // tasks that stay without a result in every generation
  std::map<int64_t, HeldBlock> held;  // blocks under verification, by first task
  std::map<Block, Faults> faults;     // a task under suspicion stands as its block of one
  std::optional<PassId> finishes;     // this one runs Finish of that one
  std::optional<PassId> finished_by;
  std::optional<FoldedSubtree> folds;         // this one folds a subtree of that one
  std::map<int64_t, FoldedSubtree> folding;   // by first task: `pass` folds `block` of this one
  absl::Time planned = absl::InfinitePast();  // of a task that reads a tree
  std::optional<CompletedPass> result;
  absl::Status broken;  // why the pass cannot be folded
  // Of a pass that may lose tasks (second_chance.h):
  std::vector<int64_t> held_absent;  // absent tasks that the fold does not know of yet
  std::vector<Node> finished_nodes;  // around them; once every task is settled
  bool keeps_nodes = true;           // false: too many to be kept
};

// Since when the steps of an iteration follow each other, in one epoch and one try of the job.
struct StepPace {
  Epoch epoch;
  int retries = 0;
  absl::Time since;
  int64_t steps = 0;            // before
  int64_t tasks_committed = 0;  // before
};

// A partial that stayed apart (apart.h).
struct ApartNode {
  PassId pass;  // whose node it was
  std::string holder;
};

struct StageRun {
  StageState state = StageState::kWaiting;
  std::string memo;
  std::vector<PassId> step;                         // passes of the current step, in the planner's order
  bool step_journalled = true;                      // false: a crash goes back to an older step
  std::map<std::string, Output> outputs;            // once complete
  std::string numeric_class;                        // empty: not bound yet
  std::map<std::string, std::string> site_classes;  // the same of passes that one worker alone may run, by its name
  std::string progress;
  int64_t tasks_to_come = 0;  // after the current step, as its planner foresaw
  StageTotals before_step;    // of the current step
  StepPace pace;
  // What workers alone have and the newest step refers to, or a pass of it has left.
  std::map<ArtifactRef, ApartNode> apart;
  // The newest journalled step, once a newer one runs: where the stage goes back to.
  std::shared_ptr<const StepPlanned> checkpoint;
  std::vector<ArtifactRef> artifacts;          // of the newest step
  std::vector<ArtifactRef> durable_artifacts;  // of the newest journalled step
  absl::Time last_checkpoint = absl::InfinitePast();
  absl::Time start = absl::InfiniteFuture();
  absl::Time end = absl::InfiniteFuture();
  CostView cost;
  std::map<std::string, absl::Duration> kernel_duration;  // learned, a task: for the stage's next passes
  int64_t tasks_total = 0;
  int64_t tasks_committed = 0;
  int64_t passes_total = 0;
  int64_t passes_complete = 0;
  int64_t absent_count = 0;
  std::optional<JobId> reused_from;          // the job whose outputs these are; nullopt: this one's
  std::map<Digest, std::vector<Node>> kept;  // finished nodes of passes that are over, by what they compute
  int64_t kept_bytes = 0;
  std::optional<Digest> computed;          // what it computed (reuse.h); set while the index may know it
  std::optional<Calibration> calibration;  // of a stage with calibrated tasks, once it has begun
  Probes probes;                           // of such a stage
};

struct Job {
  JobId id;
  AdmittedJob admitted;
  std::string request_id;
  std::string principal;
  JobState state = JobState::kPending;
  absl::Time submitted;
  absl::Time start = absl::InfiniteFuture();
  absl::Time end = absl::InfiniteFuture();
  std::vector<StageRun> stages;
  std::map<PassId, Pass> passes;  // of current steps
  std::vector<AbsentView> absent;
  int64_t absent_count = 0;
  std::optional<JobFailure> failure;
  std::vector<std::pair<std::string, std::string>> distrusted;  // workers found wrong, and why
  absl::Duration share;  // device time, counted from the least share when it came to wait
  Story story;
  int retries = 0;  // by `mote retry`
  absl::Time deadline = absl::InfiniteFuture();
  Usage used_before_retry;  // the last one: its budget counts from there

  const std::string& stage_name(int stage) const { return admitted.stages[stage].spec.name; }
};

struct State {
  CoreOptions options;
  const PlannerTable* planners = nullptr;

  Epoch epoch;
  uint64_t next_job = 1;
  uint64_t next_pass = 1;                                                 // low bits of PassId; the epoch is above them
  std::shared_ptr<int64_t> partial_bytes = std::make_shared<int64_t>(0);  // held by folds of all passes
  std::map<JobId, std::unique_ptr<Job>> jobs;
  std::set<JobId> active;                            // jobs that have not ended
  std::set<std::pair<absl::Time, JobId>> deadlines;  // of these
  std::set<std::pair<absl::Time, JobId>> ended;      // jobs that have, and when
  // Of these with pinned rows: workers that they wait for, and since when (pinned_sites.h).
  std::map<JobId, std::map<std::string, absl::Time>> pinned;
  std::map<std::string, JobId> request_ids;
  RunQueue runnable;  // jobs with pending blocks
  std::map<std::string, absl::Duration> tenant_device_time;
  std::map<ArtifactRef, int> artifact_users;              // steps that refer to it
  std::vector<std::pair<absl::Time, ArtifactRef>> drops;  // ascending
  ReuseIndex reuse;
  BundleIndex bundles;
  std::deque<JobId> retryable;  // ended jobs that keep what a retry goes on with, oldest first

  Cluster cluster;
  std::string straggler_cursor;                       // the worker at which RelieveStragglers goes on
  absl::Time last_review = absl::InfinitePast();      // of all workers, by a tick
  absl::Time last_collect = absl::InfinitePast();     // of artifacts
  LogReads log_reads;                                 // that workers have not answered yet
  std::optional<DiskState> disk_low;                  // grants wait while it is set
  absl::Time reconnect_until = absl::InfinitePast();  // workers of the epoch before may still come

  Job* FindJob(JobId id);
  const Job* FindJob(JobId id) const;
  Pass* FindPass(JobId job, PassId pass);
};

// As CoreOptions::young_epoch says.
bool IsYoung(const State& state, absl::Time now);

// Counts the job among those that have not ended, and no more.
void AddActive(State& state, const Job& job);
void EraseActive(State& state, const Job& job);

// Lists the job as runnable while one of its passes has pending blocks, behind those
// that have had less device time. `is_restored`: it stood in the list before.
void UpdateRunnable(State& state, Job& job, bool is_restored = false);

// The pass whose tree the pass's partials belong to: its own, or that which it folds.
inline PassId TreeOf(const Pass& pass) { return pass.folds ? pass.folds->pass : pass.id; }

// Passes that read one of these nodes of the pass's tree: fold tasks, and the one that
// finishes it.
std::vector<PassId> ReadersOf(const Pass& pass, const std::vector<Block>& nodes);

// The job reads files that lie at shared paths; some of its rows stay where they are.
bool ReadsShared(const Job& job);
bool HasPinnedRows(const Job& job);

// That the pass's slots must have; empty: none yet.
const std::string& NumericClassOf(const StageRun& stage, const Pass& pass);

// A pass may run on a slot of this worker.
bool MayRun(const Job& job, const Pass& pass, const Worker& worker, const Slot& slot);

}  // namespace mote::coordinator
