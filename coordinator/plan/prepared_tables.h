// What planners of prepared tables share: the tables of a transforming pass, and the
// documents beside them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/output.h"
#include "common/reducers/splits.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

// What the reducer `splits` yielded.
//
// ResourceExhausted: the counts of so many columns do not fit; says what to do.
absl::StatusOr<SplitTables> TablesOf(const Output& result);

// The tables of the passes that transformed the input where its rows are. Of pinned rows
// they are views (common/prepare/prepared_view.h) by `fitted`, the document.
//
// Errors as TablesOf's; InvalidArgument: the passes have other tables, or other columns.
absl::StatusOr<SplitTables> PreparedTables(const PlanContext& context, const std::string& fitted);

Output Document(const Json& json);

// The same table, its features (the elements of x) named for whoever plans over it.
absl::StatusOr<Output> WithFeatureNames(Output table, const std::vector<std::string>& features);

}  // namespace mote::coordinator
