// What a kernel opens of its pass: the parameters, inputs and reducer that a planner of
// mote wrote. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/pass_spec.h"
#include "common/reducer.h"
#include "common/status_macros.h"
#include "worker/engine/row_source.h"

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
absl::StatusOr<const Value*> InputOf(const PassSpec& pass, std::string_view name);

// The bytes of that input. Errors as InputOf's and ReadValue's.
absl::StatusOr<std::string> ReadInput(const PassSpec& pass, std::string_view name, BlobSource& source);

// The rows of that input. Errors as InputOf's and RowSource::Open's.
absl::StatusOr<std::unique_ptr<RowSource>> OpenRows(const PassSpec& pass, std::string_view name, BlobSource& source);

// The pass's reducer. Errors as MakeRowReducer's.
absl::StatusOr<std::unique_ptr<RowReducer>> RowReducerOf(const PassSpec& pass);

}  // namespace mote::engine
