#include "coordinator/core/resolve_names.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/reducer.h"
#include "common/suggest.h"

namespace mote::coordinator {
namespace {

OutputKind KindIn(const OperationDescription& operation, const std::string& name) {
  const auto found = operation.kinds.find(name);
  return found == operation.kinds.end() ? OutputKind::kTable : found->second;
}

// What a stage's output will be, as far as its operation and reducer say.
OutputKind KindOf(const AdmittedStage& stage, const std::string& output) {
  for (const ReducerDescription& reducer : UserReducers()) {
    if (output == "result" && reducer.name == stage.spec.reduce.name) return reducer.kind;
  }
  return KindIn(stage.planner->description(), output);
}

// "stage.output" in two; `output` is nullopt where none is named.
struct WrittenName {
  std::string stage;
  std::optional<std::string> output;

  static WrittenName Parse(const std::string& text) {
    const size_t dot = text.find('.');
    if (dot == std::string::npos) return {text, std::nullopt};
    return {text.substr(0, dot), text.substr(dot + 1)};
  }
};

class NameResolver {
 public:
  NameResolver(const PlannerTable& planners, const BundleIndex& bundles, AdmittedJob* job,
               std::vector<std::string>* mistakes)
      : planners_(planners), bundles_(bundles), job_(*job), mistakes_(*mistakes) {
    for (size_t i = 0; i < job_.stages.size(); ++i) names_.emplace(job_.stages[i].spec.name, static_cast<int>(i));
  }

  void Run() {
    const size_t first = job_.spec.inputs.size();
    for (size_t i = 0; i < job_.spec.stages.size(); ++i) {
      ResolveStage(static_cast<int>(first + i), absl::StrCat("stages[", i, "]"));
    }
    if (mistakes_.empty()) CheckCycles();
    if (mistakes_.empty()) ResolveOutputs();
  }

 private:
  void Mistake(const std::string& path, const std::string& message) {
    mistakes_.push_back(absl::StrCat(path, ": ", message));
  }

  // The index of the stage or input, or of the bundle's stage, which may be new.
  std::optional<int> FindStage(const std::string& name, const std::string& path) {
    if (const auto found = names_.find(name); found != names_.end()) return found->second;
    if (BundleReference::Is(name)) return FindBundle(name, path);
    std::vector<std::string> known;
    for (const auto& [stage, index] : names_) known.push_back(stage);
    Mistake(path, absl::StrCat("no stage or input is called \"", name, "\"", DidYouMean(name, known)));
    return std::nullopt;
  }

  std::optional<int> FindBundle(const std::string& written, const std::string& path) {
    std::optional<BundleReference> reference = BundleReference::Parse(written);
    if (!reference) {
      Mistake(path, absl::StrCat("\"", written,
                                 "\" is neither a stage nor a bundle; one is written credit/model:3 or "
                                 "credit/model:latest"));
      return std::nullopt;
    }
    std::vector<BundlePin>& pins = job_.spec.bundles;
    const auto pin = std::find_if(pins.begin(), pins.end(), [&](const BundlePin& p) { return p.reference == written; });
    if (pin != pins.end()) reference->version = pin->version;
    const Bundle* const bundle = bundles_.Find(job_.spec.tenant, reference->name, reference->version);
    if (bundle == nullptr) {
      Mistake(path, NoSuchBundle(*reference));
      return std::nullopt;
    }
    if (pin == pins.end()) pins.push_back({written, bundle->version});
    const auto [known, is_new] = names_.emplace(NameOf(*bundle), static_cast<int>(job_.stages.size()));
    if (is_new) AddBundle(*bundle);
    return known->second;
  }

  std::string NoSuchBundle(const BundleReference& reference) const {
    if (const Bundle* const newest = bundles_.Find(job_.spec.tenant, reference.name, 0)) {
      return absl::StrCat("bundle \"", reference.name, "\" has no version ", reference.version, "; its newest is ",
                          newest->version);
    }
    return absl::StrCat("tenant ", job_.spec.tenant, " has no bundle \"", reference.name, "\"",
                        DidYouMean(reference.name, bundles_.Names(job_.spec.tenant)),
                        "; `mote bundles` lists what was published on this coordinator");
  }

  void AddBundle(const Bundle& bundle) {
    AdmittedStage stage;
    stage.spec.name = NameOf(bundle);
    stage.spec.operation = kBundleOperation;
    stage.planner = planners_.Find(kBundleOperation);
    stage.bundle = {bundle.name, bundle.version};
    for (const auto& [name, output] : bundle.outputs) stage.outputs.push_back(name);
    job_.stages.push_back(std::move(stage));
  }

  // `parameter`: that names it, for a bundle has what one asks of it: fitted: credit/model:3.
  std::optional<OutputRef> Resolve(const std::string& text, const std::string& parameter, const std::string& path) {
    const WrittenName written = WrittenName::Parse(text);
    const std::optional<int> index = FindStage(written.stage, path);
    if (!index) return std::nullopt;
    const AdmittedStage& stage = job_.stages[*index];
    const std::vector<std::string>& outputs = stage.outputs;
    const auto has = [&](const std::string& name) {
      return std::find(outputs.begin(), outputs.end(), name) != outputs.end();
    };
    std::string output = "result";
    if (written.output) {
      output = *written.output;
    } else if (stage.bundle) {
      output = has(parameter) ? parameter : "model";
    }
    if (has(output)) return OutputRef{*index, output};
    Mistake(path, absl::StrCat(stage.bundle ? "bundle \"" : "stage \"", stage.spec.name, "\" has no output \"", output,
                               "\"", DidYouMean(output, outputs), "; it has ", absl::StrJoin(outputs, ", ")));
    return std::nullopt;
  }

  // `parameter`: of the operation; `name`: of the input, the parameter's path.
  void Read(int index, const std::string& parameter, const std::string& name, const std::string& text,
            const std::string& path) {
    const std::optional<OutputRef> ref = Resolve(text, parameter, path);
    if (!ref) return;
    AdmittedStage& stage = job_.stages[index];
    const AdmittedStage& source = job_.stages[ref->stage];
    const OutputKind wanted = KindIn(stage.planner->description(), parameter);
    const OutputKind given = KindOf(source, ref->output);
    if (given != wanted) {
      Mistake(path, absl::StrCat("\"", text, "\" is ", Describe(given), ", and operation ", stage.spec.operation,
                                 " needs ", Describe(wanted), " here"));
    }
    stage.inputs[name] = *ref;
    stage.after.push_back(ref->stage);
    const bool is_whole = source.bundle && !WrittenName::Parse(text).output;
    if (is_whole && stage.planner->description().takes_bundle) ReadParts(index, *ref, name, path);
  }

  // The bundle's parts beside its model.
  void ReadParts(int index, const OutputRef& model, const std::string& name, const std::string& path) {
    AdmittedStage& stage = job_.stages[index];
    const AdmittedStage& bundle = job_.stages[model.stage];
    for (const std::string& part : bundle.outputs) {
      if (part != model.output) stage.inputs[absl::StrCat(name, ".", part)] = {model.stage, part};
    }
    if (!stage.inputs.contains(absl::StrCat(name, ".fitted"))) {
      Mistake(path, absl::StrCat("bundle \"", bundle.spec.name,
                                 "\" does not say how rows are prepared; name its model "
                                 "alone: ",
                                 bundle.spec.name, ".model"));
    }
    if (stage.spec.tasks.calibrated) {
      Mistake(path, absl::StrCat("the rows of bundle \"", bundle.spec.name,
                                 "\" are prepared first, and tasks of two "
                                 "operations are not calibrated; use another shape, or a stage apply: {fitted: ",
                                 bundle.spec.name, "} before"));
    }
  }

  // What a parameter of the operation refers to, if it does.
  void ReadParameter(int stage, const Parameter& parameter, const Json& value, const std::string& prefix) {
    const bool may_refer = parameter.kind == Parameter::Kind::kReference || parameter.kind == Parameter::Kind::kModel;
    if (may_refer && value.is_string()) {
      Read(stage, parameter.name, parameter.name, value.get<std::string>(), absl::StrCat(prefix, parameter.name));
    }
    if (parameter.kind != Parameter::Kind::kReferences || !value.is_array()) return;
    for (size_t k = 0; k < value.size(); ++k) {
      const std::string name = absl::StrCat(parameter.name, "[", k, "]");
      if (value[k].is_string()) {
        Read(stage, parameter.name, name, value[k].get<std::string>(), absl::StrCat(prefix, name));
      }
    }
  }

  void ResolveStage(int index, const std::string& path) {
    const StageSpec spec = job_.stages[index].spec;  // bundles may be added to the stages
    if (!spec.input.empty()) Read(index, "input", "input", spec.input, absl::StrCat(path, ".input"));
    const Json parameters = *ParseJson(spec.parameters);
    for (const Parameter& parameter : job_.stages[index].planner->description().parameters) {
      const auto value = parameters.find(parameter.name);
      if (value == parameters.end()) continue;
      ReadParameter(index, parameter, *value, absl::StrCat(path, ".", spec.operation, "."));
    }
    for (size_t k = 0; k < spec.after.size(); ++k) {
      const auto found = names_.find(spec.after[k]);
      if (found == names_.end()) {
        Mistake(absl::StrCat(path, ".after[", k, "]"), absl::StrCat("no stage is called \"", spec.after[k], "\""));
      } else {
        job_.stages[index].after.push_back(found->second);
      }
    }
  }

  void CheckCycles() {
    enum class Mark { kNew, kOpen, kDone };
    std::vector<Mark> marks(job_.stages.size(), Mark::kNew);
    std::vector<int> trail;
    std::function<bool(int)> visit = [&](int index) {
      if (marks[index] == Mark::kDone) return true;
      trail.push_back(index);
      if (marks[index] == Mark::kOpen) return false;
      marks[index] = Mark::kOpen;
      for (const int other : job_.stages[index].after) {
        if (!visit(other)) return false;
      }
      trail.pop_back();
      marks[index] = Mark::kDone;
      return true;
    };
    for (int i = 0; i < static_cast<int>(job_.stages.size()); ++i) {
      if (visit(i)) continue;
      std::vector<std::string> names;
      for (auto it = std::find(trail.begin(), trail.end(), trail.back()); it != trail.end(); ++it) {
        names.push_back(job_.stages[*it].spec.name);
      }
      return Mistake("stages", absl::StrCat("cyclic: ", absl::StrJoin(names, " needs ")));
    }
  }

  void ResolveOutputs() {
    std::set<std::string> seen;
    for (size_t i = 0; i < job_.spec.outputs.size(); ++i) {
      const OutputSpec& output = job_.spec.outputs[i];
      const std::string path = absl::StrCat("outputs[", i, "]");
      if (output.name.empty() || !seen.insert(output.name).second) {
        Mistake(path, absl::StrCat("the name \"", output.name, "\" is missing or used twice"));
      }
      if (std::optional<OutputRef> ref = Resolve(output.from, "", absl::StrCat(path, ".from"))) {
        job_.outputs.push_back(*ref);
      }
    }
  }

  const PlannerTable& planners_;
  const BundleIndex& bundles_;
  AdmittedJob& job_;
  std::vector<std::string>& mistakes_;
  std::map<std::string, int> names_;  // of inputs, stages and bundles → index into job_.stages
};

}  // namespace

void ResolveNames(const PlannerTable& planners, const BundleIndex& bundles, AdmittedJob* job,
                  std::vector<std::string>* mistakes) {
  NameResolver(planners, bundles, job, mistakes).Run();
}

}  // namespace mote::coordinator
