// Reading the parameters and inputs that a planner of mote wrote for a pass.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/pass_spec.h"
#include "common/status_macros.h"

namespace mote::engine {

// `read(json)` with the pass's parameters; it may throw what Json throws.
//
//   InvalidArgument  not JSON, or a parameter is missing or of another type: the
//                    coordinator is of another version
template <class T, class Read>
absl::StatusOr<T> ReadParameters(const PassSpec& pass, Read read) {
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(pass.parameters));
  try {
    return T(read(json));
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("parameters of ", pass.kernel, ": ", error.what(), "; run the same version of mote everywhere"));
  }
}

// The pass's input `name`. InvalidArgument: there is none.
inline absl::StatusOr<const Value*> InputOf(const PassSpec& pass, std::string_view name) {
  const auto it = pass.inputs.find(std::string(name));
  if (it != pass.inputs.end()) return &it->second;
  return absl::InvalidArgumentError(absl::StrCat("pass of ", pass.kernel, " has no input ", std::string(name)));
}

}  // namespace mote::engine
