// A job as the core knows it: normalised, references resolved to stage and output.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/price.h"
#include "coordinator/core/bundles.h"
#include "coordinator/core/planner.h"
#include "coordinator/core/resources.h"

namespace mote::coordinator {

enum class TaskPolicy { kFail, kQuarantine };

// How long a job waits for a worker with pinned rows, unless it says otherwise.
inline constexpr absl::Duration kSiteWait = absl::Hours(1);

struct InputSpec {
  std::string name;
  std::string format;     // as input_format.h lists them
  std::string artifact;   // ArtifactRef::ToString()
  std::string path;       // as its owner named it
  std::string delimiter;  // csv; empty: ","
  bool shared = false;    // `path` is absolute and seen by all workers; no artifact
  // Tensors of safetensors (empty: all), fields of jsonl (empty: the line is one column).
  std::vector<std::string> columns = {};
  // `placement: pinned`: the path at each worker whose rows stay there, by its name. Then
  // `shared` is true and `path` empty.
  std::map<std::string, std::string> sites = {};
  absl::Duration site_wait = absl::ZeroDuration();  // for one that is away; zero: kSiteWait
  bool operator==(const InputSpec&) const = default;
};

// Which blocks of a stage are run more than once, to find wrong results. Both zero:
// none.
struct VerifySpec {
  double sample = 0;  // share of the tasks, in blocks; run twice
  int replicas = 0;   // every block is run so often (≥ 2)
  bool operator==(const VerifySpec&) const = default;

  int runs() const { return replicas > 0 ? replicas : sample > 0 ? 2 : 1; }
};

struct StageSpec {
  std::string name;
  std::string input;  // "stage.output" or an input's name; empty: none
  std::string operation;
  std::string parameters = "{}";  // JSON text; after Admit with every default filled in
  ReduceSpec reduce;
  TaskShape tasks;
  absl::Duration timeout;  // of one task; zero: the default rule
  int attempts_max = 3;
  bool retry_application = false;  // application errors too
  TaskPolicy on_bad_task = TaskPolicy::kFail;
  std::vector<std::string> after;
  VerifySpec verify;
  Resources resources;
  bool mixed_numerics = false;  // slots of any numeric class may run it
  bool operator==(const StageSpec&) const = default;
};

struct OutputSpec {
  std::string name;
  std::string from;  // "stage.output"
  std::string to;
  std::string format;
  bool operator==(const OutputSpec&) const = default;
};

// A published bundle that a job takes: as the job wrote it ("credit/model:latest"), and
// which version that was when it was submitted.
struct BundlePin {
  std::string reference;
  int64_t version = 0;
  bool operator==(const BundlePin&) const = default;
};

struct JobSpec {
  std::string name;
  std::string tenant = "default";
  int priority = 0;
  std::vector<InputSpec> inputs;
  std::vector<StageSpec> stages;
  std::vector<OutputSpec> outputs;
  bool no_reuse = false;           // every stage runs, although an equal one is stored
  absl::Duration deadline;         // from submission to its end; zero: none
  std::optional<Price> price;      // nullopt: it has no bill
  std::optional<double> budget;    // that its bill must stay below (budget.h); needs a price
  std::vector<BundlePin> bundles;  // set by Admit; a job that comes with them keeps them
  bool operator==(const JobSpec&) const = default;
};

// Where a named output lies: which stage, which of its outputs.
struct OutputRef {
  int stage = 0;  // index into AdmittedJob::stages
  std::string output;
  bool operator==(const OutputRef&) const = default;
};

// A stage ready to run: every name resolved.
struct AdmittedStage {
  StageSpec spec;
  const Planner* planner = nullptr;
  std::map<std::string, OutputRef> inputs;  // "input" and each reference, by parameter
  std::vector<int> after;                   // stages to wait for (those of `inputs` too)
  std::vector<std::string> outputs;
  std::optional<BundleReference> bundle;  // whose outputs it takes instead of running
};

struct AdmittedJob {
  JobSpec spec;  // with defaults filled in
  // One `index` stage per input first, then the job's, then one `bundle` stage for each
  // bundle that it names.
  std::vector<AdmittedStage> stages;
  std::vector<OutputRef> outputs;  // of spec.outputs, in order
};

// Checks a job and resolves its names. Pure.
//
// InvalidArgument: every mistake on a line of its own as "path: what; remedy",
// path as in "stages[1].train.optimizer" or "outputs[0].from".
absl::StatusOr<AdmittedJob> Admit(const JobSpec& spec, const PlannerTable& planners, const BundleIndex& bundles = {});

}  // namespace mote::coordinator
