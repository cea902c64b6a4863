#include "coordinator/plan/prepare_planner.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/fit.h"
#include "common/prepare/options.h"
#include "common/reducers/splits.h"
#include "common/status_macros.h"
#include "coordinator/plan/prepared_tables.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/site_tables.h"
#include "coordinator/plan/split_passes.h"

namespace mote::coordinator {
namespace {

OperationDescription DescribePrepare() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "prepare";
  description.summary =
      "Cleans a CSV table for learning: outliers, imputation, encoding of categories, scale and splits, fitted on the "
      "training rows";
  description.parameters = {
      {.name = "label", .kind = Kind::kText, .default_value = "", .summary = "column of the classes"},
      {.name = "positive",
       .kind = Kind::kAny,
       .default_value = "",
       .optional = true,
       .summary = "which of two classes is class 1"},
      {.name = "impute",
       .kind = Kind::kAny,
       .default_value = "\"median\"",
       .summary = "what a missing number becomes: median, mean, mode or {constant: 0} (a missing category the mode, or "
                  "the constant); drop leaves out the row instead; by column: {default: median, columns: {age: mean}}"},
      {.name = "outliers",
       .kind = Kind::kObject,
       .default_value = "",
       .optional = true,
       .summary =
           "{iqr: 1.5} (beyond the quartiles by so many times their distance) or {z_score: 3}; then: clip, missing "
           "or drop; columns: default all numbers"},
      {.name = "one_hot",
       .kind = Kind::kAny,
       .default_value = "\"auto\"",
       .summary = "auto: every text column; off: text columns are left out; or the list of columns, numbers too"},
      {.name = "ordinal",
       .kind = Kind::kAny,
       .default_value = "[]",
       .summary = "columns of categories that become one number, their place in order: a list (sorted by bytes), or "
                  "{size: [small, large]}"},
      {.name = "hash",
       .kind = Kind::kObject,
       .default_value = "{}",
       .summary = "{merchant: 64}: columns of many categories that become so many features, by a hash"},
      {.name = "numbers",
       .kind = Kind::kList,
       .default_value = "[]",
       .summary = "columns of numbers although some value is none: that one is missing"},
      {.name = "standardize",
       .kind = Kind::kAny,
       .default_value = "\"z_score\"",
       .summary =
           "z_score: numbers minus their mean, by their standard deviation; min_max: to 0 … 1; robust: minus the "
           "median, by the distance of the quartiles; or off"},
      {.name = "split",
       .kind = Kind::kObject,
       .default_value = "",
       .optional = true,
       .summary = "{train: 0.7, dev: 0.1, test: 0.2, seed: 1}: fractions of the rows, drawn by the seed; with "
                  "stratify: column, of the rows of each value; with group: column, rows of one value stay together; "
                  "with order: rows, the first rows are train, with order: column those of its least numbers or "
                  "earliest dates; without split there is one table, all"},
      {.name = "drop_columns", .kind = Kind::kList, .default_value = "[]", .summary = "columns to leave out"},
      {.name = "missing",
       .kind = Kind::kList,
       .default_value = R"(["","?","NA","N/A","n/a","NaN","nan","NULL","null"])",
       .summary = "texts that stand for a missing value"},
      {.name = "quality",
       .kind = Kind::kObject,
       .default_value = "",
       .optional = true,
       .summary = "limits that fail the stage: max_missing, max_dropped, max_outliers, max_unseen (shares), max_drift"},
      {.name = "on_bad_row",
       .default_value = "\"fail\"",
       .summary = "a row that does not fit the columns: fail, or skip (to the output quarantined)"}};
  description.outputs = {"<split>", "fitted", "quality", "quarantined"};
  description.kinds = {{"fitted", OutputKind::kDocument}, {"quality", OutputKind::kDocument}};
  description.task_shape = "so many rows of the input; default: about 1 MiB of text";
  return description;
}

// [null, [low, high], …], of each column.
std::string BoundsText(const std::vector<std::optional<NumberBounds>>& bounds) {
  Json list = Json::array();
  for (const auto& entry : bounds) list.push_back(entry ? Json({entry->low, entry->high}) : Json());
  return list.dump();
}

absl::StatusOr<std::vector<std::optional<NumberBounds>>> ParseBounds(std::string_view text) {
  MOTE_ASSIGN_OR_RETURN(const Json list, ParseJson(std::string(text)));
  std::vector<std::optional<NumberBounds>> bounds;
  for (const Json& entry : list) {
    bounds.emplace_back();
    if (!entry.is_null()) bounds.back() = {entry.at(0).get<double>(), entry.at(1).get<double>()};
  }
  return bounds;
}

absl::Status CheckComplete(const PlanContext& context) {
  const auto is_absent = [](const CompletedPass& done) { return done.absent_all; };
  if (context.completed.empty() || std::any_of(context.completed.begin(), context.completed.end(), is_absent)) {
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
    names.insert(names.end(), {"fitted", "quality", "quarantined"});
    return names;
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    MOTE_ASSIGN_OR_RETURN(const PrepareOptions options, PrepareOptions::Parse(context.parameters));
    if (context.memo.empty()) MOTE_RETURN_IF_ERROR(CheckInput(context, options));
    MOTE_ASSIGN_OR_RETURN(FoundSplit split, FindSplit(context, options));
    if (split.step.has_value()) return *std::move(split.step);
    MOTE_ASSIGN_OR_RETURN(PlanStep step, NextPhase(context, options, split.memo));
    for (PassSpec& pass : step.passes) MOTE_RETURN_IF_ERROR(split.AddTo(&pass));
    split.Carry(&step);
    return step;
  }

 private:
  static constexpr std::string_view kProfiling = "profile";
  // While outliers are treated, the memo is this and the bounds.
  static constexpr std::string_view kTreating = "treated\n";
  // While transforming, the memo is this, the bounds, a newline and the profile: it is
  // bounded, where the document `fitted` that follows from it is not.
  static constexpr std::string_view kTransforming = "transform\n";

  // What comes next by prepare's own memo.
  absl::StatusOr<PlanStep> NextPhase(const PlanContext& context, const PrepareOptions& options,
                                     std::string_view memo) const {
    if (memo.empty()) return PlanProfile(context);
    MOTE_RETURN_IF_ERROR(CheckComplete(context));
    if (memo == kProfiling && options.cleaning.outliers.rule != OutlierRule::kNone) {
      return PlanTreatedProfile(context, options);
    }
    if (memo == kProfiling) return PlanTransform(context, options, "[]");
    if (memo.starts_with(kTreating)) return PlanTransform(context, options, memo.substr(kTreating.size()));
    return Yield(context, options, memo.substr(kTransforming.size()));
  }

  static absl::StatusOr<Fitted> FitProfile(std::string_view bytes, std::string_view bounds,
                                           const PrepareOptions& options) {
    MOTE_ASSIGN_OR_RETURN(const TableProfile profile, TableProfile::Decode(bytes));
    MOTE_ASSIGN_OR_RETURN(const std::vector<std::optional<NumberBounds>> parsed, ParseBounds(bounds));
    return Fit(profile, options, parsed);
  }

  static absl::Status CheckInput(const PlanContext& context, const PrepareOptions& options) {
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableOrSitesInput(context));
    if (input->is_pinned() && !options.split_column().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "split: column ", options.split_column(), " of all rows decides, and these stay at workers ",
          SiteNames(*input), " (placement: pinned); draw the split, take rows in their order, or group them"));
    }
    if (input->rows == 0)
      return absl::InvalidArgumentError("input: the table has no rows; give it rows below the header");
    if (input->schema.empty()) return absl::OkStatus();  // the kernels check, also that the input is a CSV
    MOTE_ASSIGN_OR_RETURN(const Schema schema, TableSchema(*input));
    return schema.columns.size() > 1 ? options.CheckColumns(schema, "") : absl::OkStatus();
  }

  // A pass of statistics, where the rows are.
  static absl::StatusOr<PlanStep> ProfileStep(const PlanContext& context, const std::string& label) {
    PlanStep step;
    MOTE_ASSIGN_OR_RETURN(step.passes, SiteRowsPasses(context, "prepare.profile", "profile", context.parameters));
    for (PassSpec& pass : step.passes) {
      pass.finish = false;
      pass.label = label;
      step.tasks_to_come += pass.task_count;  // the transformation cuts the rows alike
    }
    return step;
  }

  static absl::StatusOr<std::string> ProfileOf(const PlanContext& context) {
    return CombineSites({"profile", "{}"}, context.completed);
  }

  static absl::StatusOr<PlanStep> PlanProfile(const PlanContext& context) {
    MOTE_ASSIGN_OR_RETURN(PlanStep step, ProfileStep(context, "statistics of the training rows"));
    step.memo = std::string(kProfiling);
    step.progress = "statistics";
    return step;
  }

  // The same statistics once outliers are out of the way.
  absl::StatusOr<PlanStep> PlanTreatedProfile(const PlanContext& context, const PrepareOptions& options) const {
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, ProfileOf(context));
    MOTE_ASSIGN_OR_RETURN(const TableProfile profile, TableProfile::Decode(bytes));
    MOTE_ASSIGN_OR_RETURN(const std::vector<std::optional<NumberBounds>> bounds, FitAllBounds(profile, options));
    const std::string text = BoundsText(bounds);
    MOTE_ASSIGN_OR_RETURN(PlanStep step, ProfileStep(context, "statistics without outliers"));
    for (PassSpec& pass : step.passes) pass.inputs.emplace("bounds", Value{text, {}});
    step.memo = absl::StrCat(std::string(kTreating), text);
    step.progress = "outliers";
    return step;
  }

  absl::StatusOr<PlanStep> PlanTransform(const PlanContext& context, const PrepareOptions& options,
                                         std::string_view bounds) const {
    MOTE_ASSIGN_OR_RETURN(const std::string profile, ProfileOf(context));
    MOTE_ASSIGN_OR_RETURN(const Fitted fitted, FitProfile(profile, bounds, options));
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableOrSitesInput(context));
    Json parameters = context.parameters;
    // What stays where it is is counted now, and made there by whoever reads it.
    if (input->is_pinned()) parameters["counts_only"] = true;
    PlanStep step;
    MOTE_ASSIGN_OR_RETURN(step.passes, SiteRowsPasses(context, "prepare.transform", "splits", std::move(parameters)));
    for (PassSpec& pass : step.passes) {
      pass.inputs.emplace("fitted", Value{fitted.ToJson(options, context.parameters).dump(), {}});
      pass.label = "transform rows";
    }
    step.memo = absl::StrCat(std::string(kTransforming), std::string(bounds), "\n", profile);
    step.progress = absl::StrCat("fitted ", fitted.features.size(), " features");
    return step;
  }

  absl::StatusOr<PlanStep> Yield(const PlanContext& context, const PrepareOptions& options,
                                 std::string_view memo) const {
    const size_t end = memo.find('\n');
    MOTE_ASSIGN_OR_RETURN(const Fitted fitted, FitProfile(memo.substr(end + 1), memo.substr(0, end), options));
    const Json document = fitted.ToJson(options, context.parameters);
    const std::vector<std::string> names = options.TableNames();
    MOTE_ASSIGN_OR_RETURN(SplitTables result, PreparedTables(context, document.dump()));
    if (names.size() + 1 != result.tables.size())
      return absl::InvalidArgumentError("prepare: a result of other splits");
    MOTE_RETURN_IF_ERROR(result.quality.Check(options.limits, fitted, names));
    PlanStep step;
    Json kept;
    for (size_t i = 0; i < names.size(); ++i) {
      kept[names[i]] = result.tables[i].rows;
      MOTE_ASSIGN_OR_RETURN(Output table, WithFeatureNames(std::move(result.tables[i]), fitted.features));
      step.outputs.emplace(names[i], std::move(table));
    }
    step.outputs.emplace("quarantined", std::move(result.tables.back()));
    step.outputs.emplace("fitted", Document(document));
    step.outputs.emplace("quality", Document(result.quality.ToJson(fitted, names, kept)));
    return step;
  }

  const OperationDescription description_ = DescribePrepare();
};

}  // namespace

std::unique_ptr<Planner> MakePreparePlanner() { return std::make_unique<PreparePlanner>(); }

}  // namespace mote::coordinator
