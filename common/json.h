// JSON values. Keys are sorted, so equal values have equal text (`Json::dump()`):
// parameters are compared, journalled and digested as that text.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/json_fwd.h"

namespace mote {

// InvalidArgument: not JSON; the message says where.
inline absl::StatusOr<Json> ParseJson(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("not JSON: ", error.what()));
  }
}

}  // namespace mote
