// Part of a pass's reduction tree, as the leased task that folds it gets it: the
// kernels "fold" and "finish".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/block.h"
#include "common/fold.h"
#include "common/pass_spec.h"
#include "common/reducer.h"

namespace mote {

struct Subtree {
  // Inputs of one task at most, so that its definition fits into a control message.
  static constexpr int64_t kNodesMax = 256;

  struct Entry {
    Block block;
    std::optional<Value> value;  // nullopt: every task below is absent
    bool operator==(const Entry&) const = default;
  };

  std::string reducer;
  std::string reducer_parameters = "{}";
  int64_t task_count = 0;      // of the pass whose tree it is
  bool finish = false;         // "finish" alone: Finish is run over the root
  std::vector<Entry> entries;  // in the order of their tasks

  bool operator==(const Subtree&) const = default;
};

// Writes it into the parameters and inputs of `spec`. Input "k" is the value of
// entry k.
//
// InvalidArgument: the reducer's parameters are not JSON.
absl::Status WriteSubtree(const Subtree& subtree, PassSpec* spec);

// InvalidArgument: not what WriteSubtree writes.
absl::StatusOr<Subtree> ReadSubtree(const PassSpec& spec);

// Reads the bytes of one entry.
using ValueReader = std::function<absl::StatusOr<std::string>(const Value&)>;

// The value of the one node that the entries fold to, combined in the order of the
// tree: the bits do not depend on how the tree is cut into subtrees.
//
// Errors
//   InvalidArgument  the entries do not fold to one node
//   others           as `read`'s and the reducer's
absl::StatusOr<NodeValue> FoldSubtree(const Subtree& subtree, const Reducer& reducer, const ValueReader& read,
                                      BlobSink& blobs);

}  // namespace mote
