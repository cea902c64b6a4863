// Scalars of a job file as they would stand in a CSV file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"

namespace mote {

// InvalidArgument: not a text, number or flag; names `path`.
absl::StatusOr<std::string> ScalarText(const Json& value, std::string_view path);
// InvalidArgument: not a list of such.
absl::StatusOr<std::vector<std::string>> TextList(const Json& list, std::string_view path);

}  // namespace mote
