#include "coordinator/plan/distinct_planner.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/find_columns.h"
#include "common/prepare/scalar_text.h"
#include "common/status_macros.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

// What the task of one part of the hashes sorts in memory: 32 bytes for each.
constexpr int64_t kKeysPerPart = 1 << 20;

OperationDescription DescribeDistinct() {
  OperationDescription description;
  description.name = "distinct";
  description.summary = "The first row of each key, in the rows' order, and which rows repeat which";
  description.parameters = {
      Declare("by", Parameter::Kind::kList, "[]",
              "columns of the key; none: all columns, so that whole rows are compared"),
  };
  description.outputs = {"result", "dropped"};
  description.task_shape = "so many rows of the input; default: about 1 MiB";
  return description;
}

absl::Status CheckHasAll(const CompletedPass& done) {
  if (done.absent_count == 0 && !done.absent_all) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("distinct: ", std::max<int64_t>(done.absent_count, 1),
                   " tasks are quarantined, and what their rows repeat is not known; see `mote explain`"));
}

class DistinctPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override { return TextList(parameters.at("by"), "by").status(); }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (context.memo.empty()) return PlanKeys(context);
    if (context.memo == kReadingKeys || context.memo == kMatching) {
      MOTE_RETURN_IF_ERROR(CheckHasAll(context.completed.at(0)));
    }
    if (context.memo == kReadingKeys) return PlanMatch(context.completed.at(0).output);
    if (context.memo == kMatching) return PlanRows(context, context.completed.at(0).output);
    PlanStep step = YieldResult(context);
    step.outputs.emplace("dropped", context.completed.at(1).output);
    return step;
  }

 private:
  static constexpr std::string_view kReadingKeys = "keys";
  static constexpr std::string_view kMatching = "match";

  static absl::StatusOr<PlanStep> PlanKeys(const PlanContext& context) {
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    if (!input->schema.empty()) {  // otherwise the kernel checks
      MOTE_ASSIGN_OR_RETURN(const Schema schema, TableSchema(*input));
      MOTE_ASSIGN_OR_RETURN(const std::vector<std::string> by, TextList(context.parameters.at("by"), "by"));
      MOTE_RETURN_IF_ERROR(FindColumns(schema, by, "by", "the input").status());
    }
    MOTE_ASSIGN_OR_RETURN(PassSpec pass, InputRowsPass(context, "distinct.keys", "concat", context.parameters));
    pass.label = "keys of the rows";
    const int64_t tasks = pass.task_count;
    PlanStep step = RunOnce(std::move(pass));
    step.memo = std::string(kReadingKeys);
    step.tasks_to_come = 1 + 2 * tasks;
    step.progress = "keys";
    return step;
  }

  static PlanStep PlanMatch(const Output& keys) {
    PassSpec pass;
    pass.kernel = "distinct.match";
    pass.task_count = std::max<int64_t>((keys.rows + kKeysPerPart - 1) / kKeysPerPart, 1);
    pass.parameters = Json{{"parts", pass.task_count}}.dump();
    pass.reducer = "concat";
    pass.inputs.emplace("keys", keys.content);
    pass.label = "keys that several tasks have";
    PlanStep step = RunOnce(std::move(pass));
    step.memo = std::string(kMatching);
    step.progress = "repeated keys";
    return step;
  }

  static absl::StatusOr<PlanStep> PlanRows(const PlanContext& context, const Output& repeats) {
    MOTE_ASSIGN_OR_RETURN(PassSpec kept, InputRowsPass(context, "distinct.rows", "concat", context.parameters));
    kept.inputs.emplace("repeats", repeats.content);
    kept.label = "rows that are kept";
    PassSpec dropped = kept;
    dropped.kernel = "distinct.dropped";
    dropped.label = "rows that are dropped";
    PlanStep step = RunOnce(std::move(kept));
    step.passes.push_back(std::move(dropped));
    step.memo = "rows";
    step.progress = "rows";
    return step;
  }

  const OperationDescription description_ = DescribeDistinct();
};

}  // namespace

std::unique_ptr<Planner> MakeDistinctPlanner() { return std::make_unique<DistinctPlanner>(); }

}  // namespace mote::coordinator
