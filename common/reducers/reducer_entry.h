// One line of the registry: what a reducer is called and how it is made.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/reducer.h"

namespace mote {

// Exactly one of `make_rows` and `make` is set. They get parameters that were
// checked against `description.parameters`, with defaults filled in, and answer
// InvalidArgument for a value that the types alone do not rule out.
struct ReducerEntry {
  ReducerDescription description;
  bool user = true;  // false: only planners use it, a job file may not name it
  absl::StatusOr<std::unique_ptr<RowReducer>> (*make_rows)(const Json& parameters) = nullptr;
  absl::StatusOr<std::unique_ptr<Reducer>> (*make)(const Json& parameters) = nullptr;
};

}  // namespace mote
