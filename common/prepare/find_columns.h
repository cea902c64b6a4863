// Columns that a parameter names, in a table's schema.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/schema.h"

namespace mote {

// The place of each of `names`. `parameter` and `table` are for the message: "by: the input
// has no column …".
//
// InvalidArgument: there is no such column; says which may have been meant.
absl::StatusOr<std::vector<size_t>> FindColumns(const Schema& schema, const std::vector<std::string>& names,
                                                std::string_view parameter, std::string_view table);

}  // namespace mote
