#include "coordinator/plan/publish_planner.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/bundle_name.h"
#include "common/error_costs.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/cleaning.h"
#include "common/status_macros.h"
#include "coordinator/core/resolve_names.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/model_source.h"
#include "coordinator/plan/plan_memo.h"

namespace mote::coordinator {
namespace {

const std::map<std::string, OutputKind> kBundleKinds = {{"model", OutputKind::kBlob},
                                                        {"fitted", OutputKind::kDocument},
                                                        {"limits", OutputKind::kDocument},
                                                        {"costs", OutputKind::kDocument},
                                                        {"about", OutputKind::kDocument}};

OperationDescription DescribePublish() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "publish";
  description.summary =
      "Publishes a model with the preparation of its rows as the next version of a bundle, for jobs that come later";
  description.parameters = {
      Declare("name", Kind::kText, "", "of the bundle: credit/model"),
      Declare("model", Kind::kModel, "", "the model, as infer takes it"),
      Declare("fitted", Kind::kReference, "", "the output fitted of the prepare stage whose rows it learned from"),
      Declare("quality", Kind::kObject, "", "limits that rows must keep when the bundle is used, as of prepare"),
      Declare("costs", Kind::kObject, "", "what wrong answers cost, as infer takes them: how the bundle decides"),
  };
  for (const size_t i : {2, 3, 4}) description.parameters[i].optional = true;
  description.outputs = {"model", "fitted", "limits", "costs", "about"};
  description.kinds = kBundleKinds;
  description.task_shape = "one: the parts are compared";
  description.takes_input = false;
  description.is_reusable = false;
  return description;
}

class PublishPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    const auto name = parameters.at("name").get<std::string>();
    if (!IsBundleName(name)) {
      return absl::InvalidArgumentError(absl::StrCat("name: \"", name,
                                                     "\" is no name of a bundle; use lower-case letters, "
                                                     "digits, - and _, in parts between /: credit/model"));
    }
    MOTE_RETURN_IF_ERROR(ParseModel(parameters.at("model")).status());
    if (parameters.contains("quality") && !parameters.contains("fitted")) {
      return absl::InvalidArgumentError("quality: rows are held against what was learnt; add fitted: stage.fitted");
    }
    if (const Json* const costs = Params(parameters).Find("costs")) {
      MOTE_RETURN_IF_ERROR(ErrorCosts::FromJson(*costs).status());
    }
    return QualityLimits::Parse(Params(parameters)).status();
  }

  std::vector<std::string> OutputNames(const Json& parameters) const override {
    std::vector<std::string> names = {"model", "about"};
    if (parameters.contains("fitted")) names.push_back("fitted");
    if (parameters.contains("quality")) names.push_back("limits");
    if (parameters.contains("costs")) names.push_back("costs");
    return names;
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    MOTE_ASSIGN_OR_RETURN(ModelSource model, FindModel(context));
    return context.completed.empty() ? Check(context, model) : Yield(context, model);
  }

 private:
  static absl::StatusOr<PlanStep> Check(const PlanContext& context, const ModelSource& model) {
    PassSpec pass = OneTask("bundle.check", {{"format", model.format}, {"model", model.file}});
    pass.label = "check that the parts belong together";
    pass.inputs.emplace("model", model.content);
    if (const auto fitted = context.inputs.find("fitted"); fitted != context.inputs.end()) {
      pass.inputs.emplace("fitted", fitted->second.content);
    }
    PlanStep step;
    step.memo = "check";
    step.passes.push_back(std::move(pass));
    return step;
  }

  static absl::StatusOr<PlanStep> Yield(const PlanContext& context, const ModelSource& model) {
    MOTE_ASSIGN_OR_RETURN(Json about, DocumentOf(context.completed.at(0), "what the bundle is about"));
    about["model"] = model.file;
    about["format"] = model.format;
    PlanStep step;
    step.publish_as = context.parameters.at("name").get<std::string>();
    step.outputs.emplace("model", BlobOutput(*model.content.artifact, model.format));
    step.outputs.emplace("about", DocumentOutput(about));
    if (const auto fitted = context.inputs.find("fitted"); fitted != context.inputs.end()) {
      step.outputs.emplace("fitted", fitted->second);
    }
    if (context.parameters.contains("quality")) {
      step.outputs.emplace("limits", DocumentOutput(context.parameters.at("quality")));
    }
    if (context.parameters.contains("costs")) {
      step.outputs.emplace("costs", DocumentOutput(context.parameters.at("costs")));
    }
    return step;
  }

  const OperationDescription description_ = DescribePublish();
};

class BundlePlanner final : public Planner {
 public:
  BundlePlanner() {
    description_.name = kBundleOperation;
    description_.summary = "A published bundle (planned for each that a job names; a job file does not name it)";
    description_.outputs = {"model", "fitted", "limits", "costs", "about"};
    description_.kinds = kBundleKinds;
    description_.task_shape = "none";
    description_.takes_input = false;
    description_.is_reusable = false;
  }

  const OperationDescription& description() const override { return description_; }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    return absl::InternalError(absl::StrCat("bundle ", std::string(context.stage_name), " has no outputs"));
  }

 private:
  OperationDescription description_;
};

}  // namespace

std::unique_ptr<Planner> MakeBundlePlanner() { return std::make_unique<BundlePlanner>(); }
std::unique_ptr<Planner> MakePublishPlanner() { return std::make_unique<PublishPlanner>(); }

}  // namespace mote::coordinator
