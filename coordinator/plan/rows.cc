#include "coordinator/plan/rows.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/block.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "coordinator/plan/site_tables.h"

namespace mote::coordinator {
namespace {

constexpr int64_t kTasksMax = int64_t{1} << kLevelMax;

absl::Status CheckShape(const TaskShape& shape) {
  const std::pair<const char*, int64_t> settings[] = {
      {"rows", shape.rows}, {"bytes", shape.bytes}, {"count", shape.count}};
  int set = 0;
  for (const auto& [name, value] : settings) {
    if (value < 0 || value > kTasksMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("tasks.", name, ": ", value, " is not in 1 to 2^62; leave it out for the default"));
    }
    set += value > 0;
  }
  if (set > 1) {
    return absl::InvalidArgumentError(absl::StrCat("tasks: rows=", shape.rows, ", bytes=", shape.bytes,
                                                   ", count=", shape.count, " contradict each other; set one of them"));
  }
  return absl::OkStatus();
}

int64_t DivideUp(int64_t a, int64_t b) { return a / b + (a % b != 0); }

}  // namespace

absl::StatusOr<const Output*> TableInput(const PlanContext& context, std::string_view name) {
  MOTE_ASSIGN_OR_RETURN(const Output* const table, TableOrSitesInput(context, name));
  if (!table->is_pinned()) return table;
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(name), ": its rows stay at workers ", SiteNames(*table),
                   " (placement: pinned), and this operation has no way to work there; prepare, train with local, and "
                   "infer with a reducer that sums up have"));
}

absl::StatusOr<const Output*> TableOrSitesInput(const PlanContext& context, std::string_view name) {
  const std::string key(name);
  const auto it = context.inputs.find(key);
  if (it == context.inputs.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, ": missing; name an input of the job or \"stage.output\" of another stage"));
  }
  if (it->second.kind != OutputKind::kTable) {
    return absl::InvalidArgumentError(absl::StrCat(key, ": is ", std::string(Describe(it->second.kind)),
                                                   ", and this operation reads rows; name a table"));
  }
  return &it->second;
}

absl::StatusOr<Schema> TableSchema(const Output& table, std::string_view name) {
  if (table.schema.empty()) {
    return absl::ResourceExhaustedError(absl::StrCat(std::string(name), ": has so many columns that they take over ",
                                                     kOutputSchemaBytesMax,
                                                     " bytes to name; leave some out of the file"));
  }
  absl::StatusOr<Schema> schema = Schema::Decode(table.schema);
  if (schema.ok()) return schema;
  return absl::InvalidArgumentError(absl::StrCat(std::string(name), ": not a table: ", schema.status().message()));
}

int64_t RowsForBytes(const Output& table, int64_t bytes) {
  if (table.rows <= 0 || table.bytes <= 0) return 1;
  const double row_bytes = static_cast<double>(table.bytes) / static_cast<double>(table.rows);
  return std::clamp<int64_t>(static_cast<int64_t>(static_cast<double>(bytes) / row_bytes), 1, table.rows);
}

absl::StatusOr<RowCut> CutRows(const TaskShape& shape, const Output& table, int64_t default_rows) {
  MOTE_RETURN_IF_ERROR(CheckShape(shape));
  RowCut cut;
  cut.rows_per_task = default_rows;
  if (shape.rows > 0) cut.rows_per_task = shape.rows;
  if (shape.bytes > 0) cut.rows_per_task = RowsForBytes(table, shape.bytes);
  if (shape.count > 0) cut.rows_per_task = DivideUp(table.rows, shape.count);
  cut.rows_per_task = std::max<int64_t>(cut.rows_per_task, 1);
  cut.task_count = std::max<int64_t>(DivideUp(table.rows, cut.rows_per_task), 1);
  return cut;
}

absl::StatusOr<RowCut> CutTable(const TaskShape& shape, const Output& table) {
  return CutRows(shape, table, RowsForBytes(table, kTableTaskBytes));
}

namespace {

absl::StatusOr<PassSpec> RowsPass(const PlanContext& context, const SiteTable& site, std::string kernel,
                                  std::string reducer, Json parameters) {
  const Output& input = site.rows;
  MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutTable(context.tasks, input));
  parameters["rows_per_task"] = cut.rows_per_task;
  PassSpec pass;
  pass.kernel = std::move(kernel);
  pass.parameters = parameters.dump();
  pass.task_count = cut.task_count;
  pass.reducer = std::move(reducer);
  pass.inputs.emplace("input", input.content);
  pass.worker = site.worker;
  return pass;
}

}  // namespace

absl::StatusOr<PassSpec> InputRowsPass(const PlanContext& context, std::string kernel, std::string reducer,
                                       Json parameters) {
  MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
  return RowsPass(context, {"", *input}, std::move(kernel), std::move(reducer), std::move(parameters));
}

absl::StatusOr<std::vector<PassSpec>> SiteRowsPasses(const PlanContext& context, std::string kernel,
                                                     std::string reducer, Json parameters) {
  MOTE_ASSIGN_OR_RETURN(const Output* const input, TableOrSitesInput(context));
  std::vector<PassSpec> passes;
  for (const SiteTable& site : SiteTablesOf(*input)) {
    MOTE_ASSIGN_OR_RETURN(passes.emplace_back(), RowsPass(context, site, kernel, reducer, parameters));
  }
  return passes;
}

absl::StatusOr<int64_t> CountTasks(const TaskShape& shape, int64_t default_count) {
  MOTE_RETURN_IF_ERROR(CheckShape(shape));
  if (shape.rows > 0 || shape.bytes > 0) {
    return absl::InvalidArgumentError(absl::StrCat("tasks.", shape.rows > 0 ? "rows" : "bytes",
                                                   ": this operation has no input to cut; set tasks: {count: n}"));
  }
  return shape.count > 0 ? shape.count : default_count;
}

absl::Status SetReducer(const PlanContext& context, std::string_view default_reducer, PassSpec* pass) {
  const bool named = !context.reduce.name.empty();
  pass->reducer = named ? context.reduce.name : std::string(default_reducer);
  pass->reducer_parameters = named ? context.reduce.parameters : "{}";
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass->reducer_parameters));
  return MakeRowReducer(pass->reducer, parameters).status();
}

PlanStep RunOnce(PassSpec pass) {
  PlanStep step;
  step.memo = "run";
  step.passes.push_back(std::move(pass));
  return step;
}

PlanStep YieldResult(const PlanContext& context) {
  PlanStep step;
  step.memo = "done";
  step.outputs.emplace("result", context.completed.front().output);
  return step;
}

}  // namespace mote::coordinator
