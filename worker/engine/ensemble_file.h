// The file of an ensemble: several models, and how much each one's scores weigh.
//
//   magic     8 bytes, "MOTEENS1"
//   header    u32 length, then JSON {members: [{format, name, weight, bytes}, …]}
//   models    one after another, as their own files are
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace mote::engine {

struct EnsembleMember {
  std::string format;  // "native", "trees"
  std::string name;    // what the job calls it: for messages and reports
  double weight = 0;
  std::string_view bytes;  // of its file
};

// Equal members give equal bytes.
std::string WriteEnsemble(const std::vector<EnsembleMember>& members);

// Points into `file`. InvalidArgument: not such a file, truncated, without members, or with
// weights that are not from 0 and 1 together; says which.
absl::StatusOr<std::vector<EnsembleMember>> ReadEnsemble(std::string_view file);

}  // namespace mote::engine
