// What a stage asked the operation `join` to do, and which columns come of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/schema.h"

namespace mote {

inline constexpr int64_t kJoinMatchesMax = 100000;

struct JoinOptions {
  std::vector<std::string> left_keys, right_keys;  // equally many
  bool keeps_unmatched = false;                    // how: left
  int64_t matches_max = 1;
  std::string suffix;
  std::vector<std::string> missing;

  // From parameters that CheckParameters has passed.
  // InvalidArgument: a value is not allowed; names the parameter and what is.
  static absl::StatusOr<JoinOptions> Parse(const Json& parameters);
};

struct JoinColumns {
  std::vector<size_t> left_keys, right_keys;
  std::vector<size_t> taken;  // of the right side: all but the keys
  Schema schema;              // the left side's columns, then those

  // InvalidArgument: a side lacks a key or it is a vector, both sides have another column
  // of one name, or a column cannot say that a row has no match.
  static absl::StatusOr<JoinColumns> Match(const Schema& left, const Schema& right, const JoinOptions& options);
};

}  // namespace mote
