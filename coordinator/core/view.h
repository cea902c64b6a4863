// What the core answers when somebody looks. Values, detached from the state.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/cost.h"
#include "common/link_model.h"
#include "common/price.h"
#include "coordinator/core/event.h"
#include "coordinator/core/progress.h"
#include "coordinator/core/story.h"

namespace mote::coordinator {

// From now to the end of a stage or job: as likely too short as too long, and between
// which two it will be four times of five.
struct Eta {
  absl::Duration expected;
  absl::Duration low;
  absl::Duration high;
  bool operator==(const Eta&) const = default;
};

struct StageView {
  std::string name;
  std::string operation;
  StageState state = StageState::kWaiting;
  int64_t tasks_total = 0;  // planned and foreseen
  int64_t tasks_committed = 0;
  int64_t tasks_running = 0;
  int64_t passes_total = 0;
  int64_t passes_complete = 0;
  std::string progress;
  CostView cost;
  absl::Time start = absl::InfiniteFuture();  // InfiniteFuture: not yet
  absl::Time end = absl::InfiniteFuture();
  std::optional<Eta> eta;
  std::string waiting_reason;        // why none of its tasks runs; empty: some do, or it is over
  std::optional<JobId> reused_from;  // the job whose outputs it took; nullopt: it ran
  std::optional<double> bill;        // nullopt: the job has no price
  // Of its tasks: those that measured how large the others shall be, and their part of `bill`.
  int64_t probe_tasks = 0;
  double probe_bill = 0;
};

// What a job has cost so far, at its price.
struct BillView {
  Price price;
  double total = 0;
  double since_retry = 0;        // of it; all of a job that was not retried
  std::optional<double> budget;  // that `since_retry` is held against; nullopt: as much as it takes
};

struct OutputView {
  OutputSpec spec;
  Output output;
};

struct JobView {
  JobId id;
  std::string name;
  std::string tenant;
  int priority = 0;
  JobState state = JobState::kPending;
  absl::Time submitted;
  absl::Time start = absl::InfiniteFuture();
  absl::Time end = absl::InfiniteFuture();
  std::vector<StageView> stages;
  std::optional<JobFailure> failure;
  std::vector<OutputView> outputs;
  std::vector<AbsentView> absent;  // at most 1000
  std::string waiting_reason;
  std::vector<std::string> distrusted;  // which workers gave wrong results, and where
  std::optional<BillView> bill;         // nullopt: it has no price
  std::optional<Eta> eta;               // nullopt: a stage's is not known, or it has ended
};

// Where one task of a pass stands.
enum class TaskState { kPending, kRunning, kCommitted, kAbsent };

struct TaskView {
  std::string stage;
  PassId pass;
  std::string label;  // of the pass
  int64_t task = 0;
  TaskState state = TaskState::kPending;
  int faults = 0;                       // attempts in which it was the suspect
  std::vector<std::string> running_on;  // workers
  absl::Time not_before;                // pending only: not leased before
  std::optional<AbsentView> absent;     // with state kAbsent: why
};

// A job and what went wrong in it.
struct JobStoryView {
  JobView job;
  std::vector<std::string> stage_names;  // for FailedAttempt::stage
  std::vector<FailedAttempt> attempts;   // the last ones that failed, oldest first
  int64_t attempts_failed = 0;           // of all times
  std::vector<TaskView> tasks;           // that were asked for: one per live pass that has it
};

struct JobListView {
  std::vector<JobView> jobs;
  uint64_t next_before = 0;  // 0: no more
};

// By name, the newest version first.
struct BundleListView {
  std::vector<Bundle> bundles;  // outputs without their content
  std::string next_after;       // "credit/model:3": there are others after it; empty: no more
};

struct WorkerView {
  std::string name;
  std::string state;   // connected, draining, lost, excluded
  std::string reason;  // why it is excluded
  std::string version;
  int slots = 0;
  int leases = 0;
  std::vector<std::string> numeric_classes;
  std::map<std::string, std::string> labels;
  absl::Duration since_heard;
  int64_t tasks_committed = 0;
  int64_t attempts_failed = 0;
  std::vector<std::string> problems;  // what keeps slots from working, a sentence each
  std::vector<Estimate> slowness;     // by slot, as learned
};

struct PlannedStageView {
  std::string name;
  std::string operation;
  std::string input;
  std::vector<std::string> outputs;
  std::string task_shape;
  std::string parameters;
  std::optional<int64_t> tasks;               // nullopt: not known before its inputs are
  std::optional<int64_t> input_bytes;         // of the file that it reads; nullopt: none, or not known
  std::optional<absl::Duration> device_time;  // predicted, of all slots together
  std::string basis;                          // what the prediction rests on
  std::optional<double> bill;                 // predicted; nullopt: the job has no price, or not known
};

}  // namespace mote::coordinator
