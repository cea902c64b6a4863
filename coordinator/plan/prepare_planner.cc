#include "coordinator/plan/prepare_planner.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/fit.h"
#include "common/prepare/options.h"
#include "common/reducers/splits.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

// Text that a task reads by default.
constexpr int64_t kTaskBytes = 1 << 20;

OperationDescription DescribePrepare() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "prepare";
  description.summary =
      "Cleans a CSV table for learning: imputes, one-hot encodes, standardises and splits, fitted on the training rows";
  description.parameters = {
      {.name = "label", .kind = Kind::kText, .default_value = "", .summary = "column of the classes"},
      {.name = "positive",
       .kind = Kind::kAny,
       .default_value = "",
       .optional = true,
       .summary = "which of two classes is class 1"},
      {.name = "impute",
       .default_value = "\"median\"",
       .summary = "what a missing number becomes: median, mean or mode (a missing category always the mode); "
                  "drop leaves out the row instead"},
      {.name = "one_hot",
       .kind = Kind::kAny,
       .default_value = "\"auto\"",
       .summary = "auto: every text column; off: text columns are left out; or the list of columns, numbers too"},
      {.name = "standardize",
       .kind = Kind::kAny,
       .default_value = "\"z_score\"",
       .summary = "z_score: numbers minus their mean, by their standard deviation; or off"},
      {.name = "split",
       .kind = Kind::kObject,
       .default_value = "",
       .optional = true,
       .summary = "{train: 0.7, dev: 0.1, test: 0.2, seed: 1}: fractions of the rows, drawn by the seed; "
                  "without it there is one table, all"},
      {.name = "drop_columns", .kind = Kind::kList, .default_value = "[]", .summary = "columns to leave out"},
      {.name = "missing",
       .kind = Kind::kList,
       .default_value = R"(["","?","NA","NaN","null"])",
       .summary = "texts that stand for a missing value"},
      {.name = "on_bad_row",
       .default_value = "\"fail\"",
       .summary = "a row with too few or too many columns: fail, or skip (counted in quality)"}};
  description.outputs = {"<split>", "fitted", "quality"};
  description.kinds = {{"fitted", OutputKind::kDocument}, {"quality", OutputKind::kDocument}};
  description.task_shape = "so many rows of the input; default: about 1 MiB of text";
  return description;
}

Output Document(const Json& json) {
  std::string text = json.dump();
  const int64_t size = static_cast<int64_t>(text.size());
  return Output{OutputKind::kDocument, Value{std::move(text), {}}, 0, size};
}

// The same table, its features named for whoever plans over it.
absl::StatusOr<Output> WithFeatureNames(Output table, const Fitted& fitted) {
  if (table.schema.empty()) return table;
  MOTE_ASSIGN_OR_RETURN(Schema schema, TableSchema(table));
  const auto x = schema.Find("x");
  if (!x.has_value()) return table;
  schema.columns[*x].classes = CarriedFeatures(fitted.features);
  std::string encoded = schema.Encode();
  if (static_cast<int64_t>(encoded.size()) <= kOutputSchemaBytesMax) table.schema = std::move(encoded);
  return table;
}

absl::Status CheckComplete(const PlanContext& context) {
  if (context.completed.size() != 1 || context.completed[0].absent_all) {
    return absl::InvalidArgumentError("no task of prepare has a result: all are quarantined, see their causes");
  }
  return absl::OkStatus();
}

class PreparePlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override { return PrepareOptions::Parse(parameters).status(); }

  std::vector<std::string> OutputNames(const Json& parameters) const override {
    const absl::StatusOr<PrepareOptions> options = PrepareOptions::Parse(parameters);
    std::vector<std::string> names;
    if (options.ok()) names = options->TableNames();
    names.insert(names.end(), {"fitted", "quality"});
    return names;
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    MOTE_ASSIGN_OR_RETURN(const PrepareOptions options, PrepareOptions::Parse(context.parameters));
    if (context.memo.empty()) return PlanProfile(context, options);
    MOTE_RETURN_IF_ERROR(CheckComplete(context));
    if (context.memo == kProfiling) return PlanTransform(context, options);
    return Yield(context, options);
  }

 private:
  static constexpr std::string_view kProfiling = "profile";
  // While transforming, the memo is this and the profile: it is bounded, where the
  // document `fitted` that follows from it is not.
  static constexpr std::string_view kTransforming = "transform\n";

  static absl::StatusOr<Fitted> FitProfile(std::string_view bytes, const PrepareOptions& options) {
    MOTE_ASSIGN_OR_RETURN(const TableProfile profile, TableProfile::Decode(bytes));
    return Fit(profile, options);
  }

  absl::StatusOr<PlanStep> PlanProfile(const PlanContext& context, const PrepareOptions& options) const {
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    if (input->rows == 0)
      return absl::InvalidArgumentError("input: the table has no rows; give it rows below the header");
    if (!input->schema.empty()) {  // otherwise, and that the input is a CSV, the kernels check
      MOTE_ASSIGN_OR_RETURN(const Schema schema, TableSchema(*input));
      if (schema.columns.size() > 1) MOTE_RETURN_IF_ERROR(options.CheckColumns(schema, ""));
    }
    MOTE_ASSIGN_OR_RETURN(PassSpec pass, RowsPass(context, "prepare.profile", "profile"));
    pass.finish = false;
    pass.label = "statistics of the training rows";
    const int64_t tasks = pass.task_count;
    PlanStep step = RunOnce(std::move(pass));
    step.tasks_to_come = tasks;  // the transformation cuts the rows alike
    step.memo = std::string(kProfiling);
    step.progress = "statistics";
    return step;
  }

  absl::StatusOr<PlanStep> PlanTransform(const PlanContext& context, const PrepareOptions& options) const {
    const std::string& profile = context.completed[0].root.bytes;
    MOTE_ASSIGN_OR_RETURN(const Fitted fitted, FitProfile(profile, options));
    MOTE_ASSIGN_OR_RETURN(PassSpec pass, RowsPass(context, "prepare.transform", "splits"));
    pass.inputs.emplace("fitted", Value{fitted.ToJson(options).dump(), {}});
    pass.label = "transform rows";
    PlanStep step = RunOnce(std::move(pass));
    step.memo = std::string(kTransforming) + profile;
    step.progress = absl::StrCat("fitted ", fitted.features.size(), " features");
    return step;
  }

  absl::StatusOr<PlanStep> Yield(const PlanContext& context, const PrepareOptions& options) const {
    const Value& content = context.completed[0].output.content;
    if (content.artifact) {
      return absl::ResourceExhaustedError(absl::StrCat("prepare: the counts of so many columns take ",
                                                       content.artifact->bytes, " bytes, at most ", kInlineBytesMax,
                                                       " are allowed; leave some out with drop_columns"));
    }
    MOTE_ASSIGN_OR_RETURN(SplitTables result, SplitTables::Decode(content.bytes));
    MOTE_ASSIGN_OR_RETURN(const Fitted fitted, FitProfile(context.memo.substr(kTransforming.size()), options));
    const std::vector<std::string> names = options.TableNames();
    if (names.size() != result.tables.size()) return absl::InvalidArgumentError("prepare: a result of other splits");
    PlanStep step;
    Json kept;
    for (size_t i = 0; i < names.size(); ++i) {
      kept[names[i]] = result.tables[i].rows;
      MOTE_ASSIGN_OR_RETURN(Output table, WithFeatureNames(std::move(result.tables[i]), fitted));
      step.outputs.emplace(names[i], std::move(table));
    }
    step.outputs.emplace("fitted", Document(fitted.ToJson(options)));
    step.outputs.emplace("quality", Document(result.quality.ToJson(fitted, kept)));
    return step;
  }

  absl::StatusOr<PassSpec> RowsPass(const PlanContext& context, std::string kernel, std::string reducer) const {
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutRows(context.tasks, *input, RowsForBytes(*input, kTaskBytes)));
    Json parameters = context.parameters;
    parameters["rows_per_task"] = cut.rows_per_task;
    PassSpec pass;
    pass.kernel = std::move(kernel);
    pass.parameters = parameters.dump();
    pass.task_count = cut.task_count;
    pass.reducer = std::move(reducer);
    pass.inputs.emplace("input", input->content);
    return pass;
  }

  const OperationDescription description_ = DescribePrepare();
};

}  // namespace

std::unique_ptr<Planner> MakePreparePlanner() { return std::make_unique<PreparePlanner>(); }

}  // namespace mote::coordinator
