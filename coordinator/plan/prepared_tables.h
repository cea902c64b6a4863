// What planners of prepared tables share: the tables of a transforming pass, and the
// documents beside them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/output.h"
#include "common/reducers/splits.h"

namespace mote::coordinator {

// What the reducer `splits` yielded.
//
// ResourceExhausted: the counts of so many columns do not fit; says what to do.
absl::StatusOr<SplitTables> TablesOf(const Output& result);

Output Document(const Json& json);

// The same table, its features (the elements of x) named for whoever plans over it.
absl::StatusOr<Output> WithFeatureNames(Output table, const std::vector<std::string>& features);

}  // namespace mote::coordinator
