#include "coordinator/plan/join_planner.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/join_columns.h"
#include "common/status_macros.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

// Of the table that every engine reads whole; what it takes in memory is the kernel's to
// bound (worker/engine/join_side.h).
constexpr int64_t kWithBytesMax = 512 << 20;

OperationDescription DescribeJoin() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "join";
  description.summary =
      "The rows of a table, in their order, each with the columns of another table's rows of equal keys";
  description.parameters = {
      Declare("with", Kind::kReference, "",
              "the other table, an input or stage.output, which each engine holds in memory"),
      Declare("on", Kind::kAny, "",
              "column of the key in both, a list of columns, or {column of input: column of with}"),
      Declare("how", Kind::kText, "\"inner\"",
              "rows without a match: inner leaves them out, left keeps them with missing values"),
      Declare("matches_max", Kind::kInteger, "1", "rows of `with` that may have one key, 1 to 100000"),
      Declare("suffix", Kind::kText, "\"\"", "behind the name of a column of `with` that the input has too"),
      Declare(
          "missing", Kind::kList, R"(["","?","NA","N/A","n/a","NaN","nan","NULL","null"])",
          "texts that stand for a missing value: as a key it matches nothing; the first fills rows without a match"),
  };
  description.outputs = {"result"};
  description.task_shape = "so many rows of the input; default: about 1 MiB";
  description.takes_reduce = true;
  return description;
}

class JoinPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override { return JoinOptions::Parse(parameters).status(); }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    MOTE_ASSIGN_OR_RETURN(const Output* const with, TableInput(context, "with"));
    MOTE_RETURN_IF_ERROR(CheckTables(context, *input, *with));
    MOTE_ASSIGN_OR_RETURN(PassSpec pass, InputRowsPass(context, "join", "", context.parameters));
    pass.inputs.emplace("with", with->content);
    MOTE_RETURN_IF_ERROR(SetReducer(context, "concat", &pass));
    return RunOnce(std::move(pass));
  }

 private:
  static absl::Status CheckTables(const PlanContext& context, const Output& input, const Output& with) {
    if (with.bytes > kWithBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat("with: the table has ", with.bytes,
                                                     " bytes, and each engine holds it whole, at most ", kWithBytesMax,
                                                     "; join the other way round, or filter it before"));
    }
    if (input.schema.empty() || with.schema.empty()) return absl::OkStatus();  // the kernel checks
    MOTE_ASSIGN_OR_RETURN(const JoinOptions options, JoinOptions::Parse(context.parameters));
    MOTE_ASSIGN_OR_RETURN(const Schema left, TableSchema(input));
    MOTE_ASSIGN_OR_RETURN(const Schema right, TableSchema(with, "with"));
    return JoinColumns::Match(left, right, options).status();
  }

  const OperationDescription description_ = DescribeJoin();
};

}  // namespace

std::unique_ptr<Planner> MakeJoinPlanner() { return std::make_unique<JoinPlanner>(); }

}  // namespace mote::coordinator
