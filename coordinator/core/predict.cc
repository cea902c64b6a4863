#include "coordinator/core/predict.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/digest.h"
#include "common/json.h"

namespace mote::coordinator {
namespace {

constexpr char kUnknown[] = "unknown until measured";

// Names what a stage computes from what: equal for stages that yield the same.
class Recipes {
 public:
  explicit Recipes(const AdmittedJob& job) : job_(job), known_(job.stages.size()) {}

  const std::string& Of(int index) {
    std::string& recipe = known_[index];
    if (!recipe.empty()) return recipe;
    const AdmittedStage& stage = job_.stages[index];
    const StageSpec& spec = stage.spec;
    std::string text = absl::StrCat(OperationOf(job_, spec), "\n", spec.tasks.rows, " ", spec.tasks.bytes, " ",
                                    spec.tasks.count, " ", spec.tasks.calibrated, "\n", spec.verify.sample, " ",
                                    spec.verify.replicas, "\n", spec.reduce.name, " ", spec.reduce.parameters, "\n");
    for (const auto& [parameter, ref] : stage.inputs) {
      absl::StrAppend(&text, parameter, " ", Of(ref.stage), " ", ref.output, "\n");
    }
    return recipe = Sha256(text).Hex();
  }

  // Of no other tenant's jobs is anything told.
  static std::string OperationOf(const AdmittedJob& job, const StageSpec& spec) {
    return absl::StrCat(job.spec.tenant, "\n", spec.operation, "\n", spec.parameters);
  }

 private:
  const AdmittedJob& job_;
  std::vector<std::string> known_;  // by stage; empty: not computed yet
};

// What was measured of complete stages.
struct Measured {
  JobId job;
  bool is_stored = false;  // its outputs are taken by a job that computes the same
  int64_t tasks = 0;
  Usage used;
};

struct Learned {
  std::map<std::string, Measured> stages;      // by recipe: the newest
  std::map<std::string, Measured> operations;  // by operation and parameters: the newest with tasks
};

Learned LearnFrom(const State& state) {
  Learned learned;
  int left = kPredictJobsMax;
  for (auto it = state.jobs.rbegin(); it != state.jobs.rend() && left > 0; ++it, --left) {
    const Job& job = *it->second;
    Recipes recipes(job.admitted);
    for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) {
      const StageRun& run = job.stages[i];
      if (run.state != StageState::kComplete || run.tasks_committed == 0) continue;
      const bool is_stored = run.computed && state.reuse.Find(*run.computed).has_value();
      const Measured measured{job.id, is_stored, run.tasks_committed, run.cost.used()};
      learned.stages.emplace(recipes.Of(i), measured);
      learned.operations.emplace(Recipes::OperationOf(job.admitted, job.admitted.stages[i].spec), measured);
    }
  }
  return learned;
}

// Tasks of a stage that reads no other: what its planner answers first.
std::optional<int64_t> KnownTasks(const AdmittedStage& stage) {
  if (stage.planner->description().takes_input) return std::nullopt;
  const absl::StatusOr<Json> parameters = ParseJson(stage.spec.parameters);
  if (!parameters.ok()) return std::nullopt;
  const absl::StatusOr<PlanStep> step =
      stage.planner->Next({stage.spec.name, *parameters, stage.spec.tasks, stage.spec.reduce, {}, "", {}});
  if (!step.ok()) return std::nullopt;
  int64_t tasks = step->tasks_to_come;
  for (const PassSpec& pass : step->passes) tasks += pass.task_count;
  return tasks;
}

// Bytes of the file that a stage indexes.
std::optional<int64_t> FileBytes(const AdmittedStage& stage) {
  const absl::StatusOr<Json> parameters = ParseJson(stage.spec.parameters);
  if (stage.spec.operation != "index" || !parameters.ok() || !parameters->contains("artifact")) return std::nullopt;
  const absl::StatusOr<ArtifactRef> file = ArtifactRef::Parse(parameters->at("artifact").get<std::string>());
  if (!file.ok()) return std::nullopt;
  return file->bytes;
}

// What it reads, where that is a file of the job: rows of other stages have no size yet.
std::optional<int64_t> InputBytes(const AdmittedJob& job, const AdmittedStage& stage) {
  if (const auto bytes = FileBytes(stage)) return bytes;
  const auto input = stage.inputs.find("input");
  return input == stage.inputs.end() ? std::nullopt : FileBytes(job.stages[input->second.stage]);
}

Usage Scaled(const Measured& measured, int64_t tasks) {
  constexpr double kBytesMax = 9e18;  // of what an int64_t holds
  const auto count = static_cast<double>(measured.tasks), wanted = static_cast<double>(tasks);
  const double bytes = static_cast<double>(measured.used.network_bytes) / count * wanted;
  return {measured.used.device_time / count * wanted, static_cast<int64_t>(std::min(bytes, kBytesMax))};
}

// Answers what the stage would use; nullopt: unknown.
std::optional<Usage> Predict(const Learned& learned, const AdmittedJob& job, const AdmittedStage& stage,
                             const std::string& recipe, PlannedStageView* view) {
  view->tasks = KnownTasks(stage);
  view->basis = kUnknown;
  if (const auto equal = learned.stages.find(recipe); equal != learned.stages.end()) {
    const Measured& measured = equal->second;
    view->tasks = measured.tasks;
    const bool is_taken = measured.is_stored && !job.spec.no_reuse;
    view->basis = absl::StrCat(is_taken ? "taken from job " : "as in job ", measured.job.value);
    return is_taken ? Usage() : measured.used;
  }
  const auto like = learned.operations.find(Recipes::OperationOf(job, stage.spec));
  if (like == learned.operations.end() || !view->tasks) return std::nullopt;
  const Measured& measured = like->second;
  view->basis = absl::StrCat("mean of ", measured.tasks, " tasks in job ", measured.job.value);
  return Scaled(measured, *view->tasks);
}

}  // namespace

std::vector<PlannedStageView> PlanOf(const State& state, const AdmittedJob& job) {
  const Learned learned = LearnFrom(state);
  Recipes recipes(job);
  std::vector<PlannedStageView> views;
  for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) {
    const AdmittedStage& stage = job.stages[i];
    PlannedStageView view;
    view.name = stage.spec.name;
    view.operation = stage.spec.operation;
    view.input = stage.spec.input;
    view.outputs = stage.outputs;
    view.task_shape = stage.planner->description().task_shape;
    view.parameters = stage.spec.parameters;
    view.input_bytes = InputBytes(job, stage);
    if (const std::optional<Usage> used = Predict(learned, job, stage, recipes.Of(i), &view)) {
      view.device_time = used->device_time;
      if (job.spec.price) view.bill = BillOf(*job.spec.price, *used);
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace mote::coordinator
