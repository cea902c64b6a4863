#include "coordinator/plan/zip_planner.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/zip_columns.h"
#include "common/saturating.h"
#include "common/status_macros.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

OperationDescription DescribeZip() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "zip";
  description.summary = "The rows of two tables side by side: row r of one with row r of the other";
  description.parameters = {
      Declare("with", Kind::kReference, "", "the other table, an input or stage.output, of as many rows"),
      Declare("rename", Kind::kObject, "{}", "new names of columns of `with`: {x: label}"),
      Declare("types", Kind::kObject, "{}", "types of columns of the result: {label: i64}; u8, i64, f32 or f64"),
      Declare("divide", Kind::kObject, "{}", "columns whose numbers are divided, to f32 unless typed: {x: 255}"),
  };
  description.outputs = {"result"};
  description.task_shape = "so many rows of the input; default: about 1 MiB";
  description.takes_reduce = true;
  return description;
}

class ZipPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override { return ZipOptions::Parse(parameters).status(); }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    MOTE_ASSIGN_OR_RETURN(const Output* const with, TableInput(context, "with"));
    std::map<std::string, Output> inputs = context.inputs;
    MOTE_ASSIGN_OR_RETURN(inputs["input"].bytes, ZippedBytes(context, *input, *with));  // tasks are cut by it
    MOTE_ASSIGN_OR_RETURN(PassSpec pass, InputRowsPass({context.stage_name, context.parameters, context.tasks,
                                                        context.reduce, inputs, context.memo, context.completed},
                                                       "zip", "", context.parameters));
    pass.inputs.emplace("with", with->content);
    MOTE_RETURN_IF_ERROR(SetReducer(context, "concat", &pass));
    return RunOnce(std::move(pass));
  }

 private:
  // Of the rows as they will be, about. Errors where the tables do not fit.
  static absl::StatusOr<int64_t> ZippedBytes(const PlanContext& context, const Output& input, const Output& with) {
    if (input.rows != with.rows) {
      return absl::InvalidArgumentError(absl::StrCat("with: the table has ", with.rows, " rows and the input ",
                                                     input.rows, "; rows side by side have to be as many"));
    }
    const int64_t bytes = SaturatingAdd(input.bytes, with.bytes);
    if (input.schema.empty() || with.schema.empty()) return bytes;  // the kernel checks
    MOTE_ASSIGN_OR_RETURN(const ZipOptions options, ZipOptions::Parse(context.parameters));
    MOTE_ASSIGN_OR_RETURN(const Schema left, TableSchema(input));
    MOTE_ASSIGN_OR_RETURN(const Schema right, TableSchema(with, "with"));
    MOTE_ASSIGN_OR_RETURN(const ZipColumns columns, ZipColumns::Of(left, right, options));
    const std::optional<int64_t> stride = columns.schema.Stride();
    const bool is_wider = stride && input.rows > 0 && *stride > bytes / input.rows;
    return is_wider && *stride <= INT64_MAX / input.rows ? *stride * input.rows : bytes;
  }

  const OperationDescription description_ = DescribeZip();
};

}  // namespace

std::unique_ptr<Planner> MakeZipPlanner() { return std::make_unique<ZipPlanner>(); }

}  // namespace mote::coordinator
