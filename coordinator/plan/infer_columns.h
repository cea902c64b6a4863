// Which columns a model reads and which stand beside its outputs.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/schema.h"

namespace mote::coordinator {

struct InferColumns {
  // The columns of each batch that the model's forward takes.
  std::vector<std::vector<std::string>> inputs;
  std::vector<std::string> outputs;
  std::vector<std::string> keep;
};

// What can be said without the table: lists of names, or for inputs a list of such
// lists. InvalidArgument names the parameter and the value.
absl::Status CheckInferColumns(const Json& parameters);

// Resolves names and prefixes ("p*": every column that starts with p, in the table's
// order) of checked parameters. Defaults: inputs [x], outputs [scores], keep every
// column that is no input.
//
// InvalidArgument: a name fits no column, or two columns of the result would have
// one name; lists what there is.
absl::StatusOr<InferColumns> ResolveInferColumns(const Json& parameters, const Schema& schema);

}  // namespace mote::coordinator
