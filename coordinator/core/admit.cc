#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/block.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/suggest.h"
#include "coordinator/core/job_spec.h"
#include "coordinator/core/resolve_names.h"

namespace mote::coordinator {
namespace {

constexpr char kIndexOperation[] = "index";
constexpr char kSharedIndexOperation[] = "index_shared";
// Each adds a pass to every step over the rows, and a line to what is journalled of a table.
constexpr int kSitesMax = 64;
constexpr size_t kStagesMax = 1000;

// Admission of one job: collects every mistake before it gives up.
class Admission {
 public:
  Admission(const JobSpec& spec, const PlannerTable& planners, const BundleIndex& bundles)
      : planners_(planners), bundles_(bundles) {
    job_.spec = spec;
  }

  std::vector<std::string> Calibratable() const {
    std::vector<std::string> names;
    for (const Planner* planner : planners_.All()) {
      if (planner->description().can_calibrate) names.push_back(planner->description().name);
    }
    return names;
  }

  absl::StatusOr<AdmittedJob> Run() {
    CheckJob();
    AddInputs();
    AddStages();
    if (mistakes_.empty()) ResolveNames(planners_, bundles_, &job_, &mistakes_);
    if (!mistakes_.empty()) return absl::InvalidArgumentError(absl::StrJoin(mistakes_, "\n"));
    return std::move(job_);
  }

 private:
  void Mistake(const std::string& path, const std::string& message) {
    mistakes_.push_back(path.empty() ? message : absl::StrCat(path, ": ", message));
  }

  void CheckJob() {
    JobSpec& spec = job_.spec;
    if (spec.tenant.empty()) spec.tenant = "default";
    if (spec.name.empty()) Mistake("name", "missing; give the job a name");
    if (spec.priority < -100 || spec.priority > 100) {
      Mistake("priority", absl::StrCat(spec.priority, " is not between -100 and 100"));
    }
    if (spec.stages.size() + spec.inputs.size() > kStagesMax) {
      Mistake("stages", absl::StrCat(spec.stages.size(), " stages and ", spec.inputs.size(), " inputs; at most ",
                                     kStagesMax, " together: split the job"));
    }
    if (spec.stages.empty()) Mistake("stages", "empty; a job has at least one stage");
    CheckMoney(spec);
  }

  // Written so that what is no number is a mistake too.
  void CheckMoney(const JobSpec& spec) {
    const Price price = spec.price.value_or(Price());
    for (const auto& [path, amount] :
         {std::pair("price.device_second", price.device_second), std::pair("price.gib_moved", price.gib_moved)}) {
      if (!(amount >= 0 && amount <= kMoneyMax)) {
        Mistake(path, absl::StrCat(amount, " is no price; use a number from 0 to ", kMoneyMax));
      }
    }
    if (!spec.budget) return;
    if (!(*spec.budget > 0 && *spec.budget <= kMoneyMax)) {
      Mistake("budget", absl::StrCat(*spec.budget, " is no budget; use a number above 0 and up to ", kMoneyMax));
    }
    if (!spec.price) {
      Mistake("budget",
              absl::StrCat(*spec.budget, " without a price has no effect; add price: {device_second: AMOUNT}"));
    }
  }

  void Name(const std::string& name, const std::string& path) {
    if (name.empty()) return Mistake(path, "the name is missing");
    if (name.find_first_of("./:") != std::string::npos) {
      return Mistake(path, absl::StrCat("\"", name, "\": a name has no dot, slash or colon"));
    }
    if (!names_.insert(name).second) {
      Mistake(path, absl::StrCat("\"", name, "\" is used twice; inputs and stages need different names"));
    }
  }

  static bool IsAbsolute(const std::string& path) { return !path.empty() && path[0] == '/'; }

  void CheckSites(const InputSpec& input, const std::string& path) {
    if (static_cast<int>(input.sites.size()) > kSitesMax) {
      Mistake(absl::StrCat(path, ".shared"),
              absl::StrCat(input.sites.size(), " workers; the rows of an input may lie at ", kSitesMax, " at most"));
    }
    for (const auto& [worker, file] : input.sites) {
      if (worker.empty()) Mistake(absl::StrCat(path, ".shared"), "the name of a worker is missing");
      if (!IsAbsolute(file)) {
        Mistake(absl::StrCat(path, ".shared"),
                absl::StrCat("\"", file, "\", the path at worker \"", worker,
                             "\", is not absolute; workers have no folder of the job file"));
      }
    }
    if (input.site_wait < absl::ZeroDuration()) {
      Mistake(absl::StrCat(path, ".placement"), "a job cannot wait for a negative time; leave `wait` out for an hour");
    }
  }

  // Each input becomes a stage of the operation that finds its rows.
  void AddInputs() {
    for (size_t i = 0; i < job_.spec.inputs.size(); ++i) {
      const InputSpec& input = job_.spec.inputs[i];
      const std::string path = absl::StrCat("inputs[", i, "]");
      Name(input.name, absl::StrCat(path, ".name"));
      AdmittedStage stage;
      stage.spec.name = input.name;
      stage.spec.operation = input.shared ? kSharedIndexOperation : kIndexOperation;
      Json parameters{{"format", input.format},
                      {"path", input.path},
                      {"delimiter", input.delimiter.empty() ? "," : input.delimiter}};
      if (!input.shared) parameters["artifact"] = input.artifact;
      if (!input.sites.empty()) {
        parameters["sites"] = input.sites;
        CheckSites(input, path);
      }
      if (!input.columns.empty()) parameters["columns"] = input.columns;
      if (input.shared && input.sites.empty() && !IsAbsolute(input.path)) {
        Mistake(absl::StrCat(path, ".shared"),
                absl::StrCat("\"", input.path, "\" is not absolute; workers have no folder of the job file"));
      }
      stage.spec.parameters = parameters.dump();
      Add(std::move(stage), path, path);
    }
  }

  void AddStages() {
    for (size_t i = 0; i < job_.spec.stages.size(); ++i) {
      AdmittedStage stage;
      stage.spec = job_.spec.stages[i];
      const std::string path = absl::StrCat("stages[", i, "]");
      Name(stage.spec.name, absl::StrCat(path, ".name"));
      if (stage.spec.mixed_numerics && stage.spec.verify.runs() > 1) {
        Mistake(
            absl::StrCat(path, ".verify"),
            "slots of different numeric classes yield different bits, which would be taken for wrong ones; leave out "
            "verify or numerics");
      }
      if (stage.spec.operation == kIndexOperation || stage.spec.operation == kSharedIndexOperation) {
        Mistake(path,
                absl::StrCat("operation ", stage.spec.operation, " is mote's own; name the file under `inputs:`"));
      }
      if (stage.spec.operation == kBundleOperation) {
        Mistake(path, absl::StrCat("operation ", kBundleOperation,
                                   " is mote's own; name the bundle where it is needed: model: credit/model:3"));
      }
      const std::string parameters_path = absl::StrCat(path, ".", stage.spec.operation);
      Add(std::move(stage), path, parameters_path);
      if (mistakes_.empty()) {  // what is journalled has the defaults in it
        job_.spec.stages[i].parameters = job_.stages.back().spec.parameters;
        job_.spec.stages[i].reduce = job_.stages.back().spec.reduce;
      }
    }
  }

  void Add(AdmittedStage stage, const std::string& path, const std::string& parameters_path) {
    stage.planner = planners_.Find(stage.spec.operation);
    if (stage.planner == nullptr) {
      std::vector<std::string> known;
      for (const Planner* planner : planners_.All()) known.push_back(planner->description().name);
      return Mistake(path, absl::StrCat("unknown operation \"", stage.spec.operation, "\"",
                                        DidYouMean(stage.spec.operation, known), "; `mote operations` lists them"));
    }
    CheckStage(stage, path);
    CheckStageParameters(stage, parameters_path);
    CheckReducer(stage, absl::StrCat(path, ".reduce"));
    job_.stages.push_back(std::move(stage));
  }

  void CheckStage(AdmittedStage& stage, const std::string& path) {
    const OperationDescription& operation = stage.planner->description();
    StageSpec& spec = stage.spec;
    if (operation.takes_input && spec.input.empty()) {
      Mistake(path, absl::StrCat("operation ", operation.name, " needs an `input:`"));
    }
    if (!operation.takes_input && !spec.input.empty()) {
      Mistake(absl::StrCat(path, ".input"), absl::StrCat("operation ", operation.name, " takes no input"));
    }
    const TaskShape& tasks = spec.tasks;
    if (tasks.rows < 0 || tasks.bytes < 0 || tasks.count < 0) {
      Mistake(absl::StrCat(path, ".tasks"), "negative; give a positive number");
    } else if ((tasks.rows > 0) + (tasks.bytes > 0) + (tasks.count > 0) + tasks.calibrated > 1) {
      Mistake(absl::StrCat(path, ".tasks"), "only one of rows, bytes, count and calibrated can be given");
    } else if (tasks.calibrated && !operation.can_calibrate) {
      Mistake(absl::StrCat(path, ".tasks.calibrated"),
              absl::StrCat("the tasks of ", operation.name, " cannot be calibrated, those of ",
                           absl::StrJoin(Calibratable(), " and "), " can; use another shape, or none"));
    } else if (tasks.calibrated && spec.on_bad_task == TaskPolicy::kQuarantine) {
      Mistake(absl::StrCat(path, ".tasks.calibrated"),
              "not together with on_bad_task: quarantine, for which task a row is in must be known; pin the shape with "
              "tasks: {rows: n}");
    } else if (tasks.count > (int64_t{1} << kLevelMax)) {
      Mistake(absl::StrCat(path, ".tasks.count"), absl::StrCat(tasks.count, " tasks; a pass has at most 2^62"));
    }
    if (spec.timeout < absl::ZeroDuration()) Mistake(absl::StrCat(path, ".timeout"), "negative");
    if (spec.attempts_max == 0) spec.attempts_max = 3;
    if (spec.attempts_max < 1 || spec.attempts_max > 1000) {
      Mistake(absl::StrCat(path, ".retry.attempts"), absl::StrCat(spec.attempts_max, " is not between 1 and 1000"));
    }
  }

  void CheckStageParameters(AdmittedStage& stage, const std::string& path) {
    absl::StatusOr<Json> parameters = ParseJson(stage.spec.parameters.empty() ? "{}" : stage.spec.parameters);
    if (!parameters.ok()) return Mistake(path, std::string(parameters.status().message()));
    const std::vector<Violation> violations = CheckParameters(stage.planner->description().parameters, &*parameters);
    for (const Violation& v : violations) Mistake(v.path.empty() ? path : absl::StrCat(path, ".", v.path), v.message);
    if (!violations.empty()) return;
    if (absl::Status valid = stage.planner->Validate(*parameters); !valid.ok()) {
      // "path: message", relative to the operation's parameters; several joined by "; ".
      return Mistake("", absl::StrCat(path, ".", std::string(valid.message())));
    }
    stage.spec.parameters = parameters->dump();
    stage.outputs = stage.planner->OutputNames(*parameters);
  }

  void CheckReducer(AdmittedStage& stage, const std::string& path) {
    ReduceSpec& reduce = stage.spec.reduce;
    if (reduce.name.empty()) return;
    if (!stage.planner->description().takes_reduce) {
      return Mistake(path, absl::StrCat("operation ", stage.spec.operation, " takes no `reduce:`"));
    }
    absl::StatusOr<Json> parameters = ParseJson(reduce.parameters.empty() ? "{}" : reduce.parameters);
    if (!parameters.ok()) return Mistake(path, std::string(parameters.status().message()));
    const auto& user = UserReducers();
    const auto described =
        std::find_if(user.begin(), user.end(), [&](const ReducerDescription& d) { return d.name == reduce.name; });
    if (described == user.end()) {
      std::vector<std::string> known;
      for (const ReducerDescription& d : user) known.push_back(d.name);
      return Mistake(path, absl::StrCat("unknown reducer \"", reduce.name, "\"", DidYouMean(reduce.name, known),
                                        "; `mote operations` lists them"));
    }
    const std::vector<Violation> violations = CheckParameters(described->parameters, &*parameters);
    for (const Violation& v : violations) Mistake(absl::StrCat(path, ".", reduce.name, ".", v.path), v.message);
    if (!violations.empty()) return;
    if (auto made = MakeRowReducer(reduce.name, *parameters); !made.ok()) {
      return Mistake(absl::StrCat(path, ".", reduce.name), std::string(made.status().message()));
    }
    reduce.parameters = parameters->dump();
  }

  const PlannerTable& planners_;
  const BundleIndex& bundles_;
  AdmittedJob job_;
  std::set<std::string> names_;  // of inputs and stages
  std::vector<std::string> mistakes_;
};

}  // namespace

absl::StatusOr<AdmittedJob> Admit(const JobSpec& spec, const PlannerTable& planners, const BundleIndex& bundles) {
  return Admission(spec, planners, bundles).Run();
}

}  // namespace mote::coordinator
