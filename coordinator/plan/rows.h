// What planners of operations on tables share: the input, how its rows are cut
// into tasks, and the reducer that the job file may have named.
//
// Task t of a pass over rows reads [t·rows_per_task, min((t+1)·rows_per_task, rows)).
// Kernels learn `rows_per_task` from the pass's parameters, under that name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/json.h"
#include "common/output.h"
#include "common/pass_spec.h"
#include "common/schema.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

// The input or reference `name` of the stage. Points into `context`.
//
// Returns
//   InvalidArgument  the stage has no such input, or it is a report or a blob, or its rows
//                    stay at their workers
absl::StatusOr<const Output*> TableInput(const PlanContext& context, std::string_view name = "input");

// The same for an operation that can work where the rows are (site_tables.h).
absl::StatusOr<const Output*> TableOrSitesInput(const PlanContext& context, std::string_view name = "input");

// The columns of a table. Where its rows lie is the engines' business: planners
// never read the descriptor, which may be an artifact.
//
// Returns
//   InvalidArgument    not encoded columns
//   ResourceExhausted  there are too many columns to plan with; says what to do
absl::StatusOr<Schema> TableSchema(const Output& table, std::string_view name = "input");

struct RowCut {
  int64_t rows_per_task = 1;
  int64_t task_count = 1;  // ≥ 1: an empty table is one task without rows
  bool operator==(const RowCut&) const = default;
};

// What a task of an operation on tables reads by default.
inline constexpr int64_t kTableTaskBytes = 1 << 20;

// Rows per task so that one reads about `bytes` of `table`; at least 1.
int64_t RowsForBytes(const Output& table, int64_t bytes);

// Cuts `table` as the job file's `tasks:` says, else into tasks of `default_rows`.
// `{count: n}` yields at most n tasks, all but the last of equal size.
//
// Returns
//   InvalidArgument  a negative number, or more than one of rows, bytes, count
absl::StatusOr<RowCut> CutRows(const TaskShape& shape, const Output& table, int64_t default_rows);

// The same with the default of an operation on tables: about kTableTaskBytes each. Where
// prepared rows are made anew, they are cut by it again.
absl::StatusOr<RowCut> CutTable(const TaskShape& shape, const Output& table);

// A pass whose tasks read the rows of the stage's input, as `tasks:` cuts it, else about
// kTableTaskBytes each. `parameters`: of the kernel, which also learns `rows_per_task`.
// `reducer`: empty where SetReducer follows.
//
// Errors as TableInput's and CutRows's.
absl::StatusOr<PassSpec> InputRowsPass(const PlanContext& context, std::string kernel, std::string reducer,
                                       Json parameters);

// The same over the rows of each site of the input, in their order, each where they are.
// A root is then to be combined with those of the others (site_tables.h).
absl::StatusOr<std::vector<PassSpec>> SiteRowsPasses(const PlanContext& context, std::string kernel,
                                                     std::string reducer, Json parameters);

// N of an operation without input: `{count: n}`, else `default_count`.
//
// Returns
//   InvalidArgument  rows or bytes are set: there is no input to cut
absl::StatusOr<int64_t> CountTasks(const TaskShape& shape, int64_t default_count);

// Sets the pass's reducer: what the job file named, else `default_reducer`.
//
// Returns
//   NotFound, InvalidArgument  as MakeRowReducer
absl::Status SetReducer(const PlanContext& context, std::string_view default_reducer, PassSpec* pass);

// The plan of an operation with a single pass, whose finished root is the output
// `result`: first the pass, then, once it is complete, the output.
PlanStep RunOnce(PassSpec pass);
PlanStep YieldResult(const PlanContext& context);

}  // namespace mote::coordinator
