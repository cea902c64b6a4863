#include "coordinator/plan/choose_rows_planner.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/row_filter.h"
#include "common/prepare/scalar_text.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

using Kind = Parameter::Kind;

OperationDescription DescribeChoice(std::string name, std::string summary, std::vector<Parameter> parameters) {
  OperationDescription description;
  description.name = std::move(name);
  description.summary = std::move(summary);
  description.parameters = std::move(parameters);
  description.outputs = {"result"};
  description.task_shape = "so many rows of the input; default: about 1 MiB";
  description.takes_reduce = true;
  return description;
}

// The one pass, whose kernel reads the rows of each task.
absl::StatusOr<PlanStep> ChooseRows(const PlanContext& context, std::string kernel, Json parameters) {
  MOTE_ASSIGN_OR_RETURN(PassSpec pass, InputRowsPass(context, std::move(kernel), "", std::move(parameters)));
  MOTE_RETURN_IF_ERROR(SetReducer(context, "concat", &pass));
  return RunOnce(std::move(pass));
}

class FilterPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    MOTE_RETURN_IF_ERROR(TextList(parameters.at("missing"), "missing").status());
    return ParseConditions(parameters.at("where")).status();
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    return ChooseRows(context, "filter", context.parameters);
  }

 private:
  const OperationDescription description_ = DescribeChoice(
      "filter", "The rows whose cells meet every condition, in their order",
      {{.name = "where",
        .kind = Kind::kObject,
        .default_value = "",
        .summary = "{age: {min: 18, max: 65}, job: {in: [a, b]}, note: {missing: false}, city: Berlin}; also not_in"},
       {.name = "missing",
        .kind = Kind::kList,
        .default_value = R"(["","?","NA","N/A","n/a","NaN","nan","NULL","null"])",
        .summary = "texts that stand for a missing value"}});
};

class SamplePlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    const Params params(parameters);
    const bool by_fraction = params.Find("fraction") != nullptr;
    if (by_fraction == (params.Find("rows") != nullptr)) {
      return absl::InvalidArgumentError("sample: set one of fraction (such as 0.1) and rows (such as 1000)");
    }
    if (by_fraction && !(params.Number("fraction") > 0 && params.Number("fraction") <= 1)) {
      return absl::InvalidArgumentError(absl::StrCat("fraction: ", params.Number("fraction"), " is not in (0, 1]"));
    }
    if (!by_fraction && params.Integer("rows") < 0) {
      return absl::InvalidArgumentError(absl::StrCat("rows: ", params.Integer("rows"), " is below 0"));
    }
    if (params.Integer("seed") >= 0) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("seed: ", params.Integer("seed"), " is below 0"));
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    const Params params(context.parameters);
    int64_t count = 0;
    if (params.Find("fraction") != nullptr) {
      count = static_cast<int64_t>(std::llround(params.Number("fraction") * static_cast<double>(input->rows)));
    } else {
      count = params.Integer("rows");
    }
    return ChooseRows(context, "sample", {{"seed", params.Integer("seed")}, {"count", count}});
  }

 private:
  const OperationDescription description_ = DescribeChoice(
      "sample", "So many rows, drawn without replacement by the seed, in their order",
      {{.name = "fraction",
        .kind = Kind::kNumber,
        .default_value = "",
        .optional = true,
        .summary = "share of the rows, in (0, 1], rounded to a whole row"},
       {.name = "rows",
        .kind = Kind::kInteger,
        .default_value = "",
        .optional = true,
        .summary = "or how many; all, if there are fewer"},
       {.name = "seed", .kind = Kind::kInteger, .default_value = "1", .summary = "of the draw, from 0"}});
};

}  // namespace

std::unique_ptr<Planner> MakeFilterPlanner() { return std::make_unique<FilterPlanner>(); }
std::unique_ptr<Planner> MakeSamplePlanner() { return std::make_unique<SamplePlanner>(); }

}  // namespace mote::coordinator
