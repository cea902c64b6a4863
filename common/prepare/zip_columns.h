// What a stage asked the operation `zip` to do, and which columns come of it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/schema.h"

namespace mote {

struct ZipOptions {
  std::map<std::string, std::string> rename;  // columns of `with`, by their name there
  std::map<std::string, DType> types;         // by the name in the result
  std::map<std::string, double> divide;       // likewise

  // From parameters that CheckParameters has passed.
  // InvalidArgument: a value is not allowed; names the parameter and what is.
  static absl::StatusOr<ZipOptions> Parse(const Json& parameters);
};

struct ZipColumns {
  Schema schema;                 // the left side's columns, then the right side's
  std::vector<double> divisors;  // of each column; 1: its values stay

  // InvalidArgument: two columns of one name, or a parameter names a column that there is not.
  static absl::StatusOr<ZipColumns> Of(const Schema& left, const Schema& right, const ZipOptions& options);
};

// The cell as `to` has it: as many elements, divided by `divisor`, of its type; text is
// encoded as rows have it. Appended to `*row`.
//
//   InvalidArgument  a text that is no number, or a number that the type does not have
absl::Status AppendZipped(std::string_view cell, const Column& from, const Column& to, double divisor,
                          std::string* row);

}  // namespace mote
