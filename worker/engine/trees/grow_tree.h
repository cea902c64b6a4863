// Grows one classification tree of a forest (CART with Gini impurity on binned
// features; Breiman: Random forests, 2001).
//
// Everything is drawn from Philox by (seed, tree, node), and counts are whole
// numbers, so the tree depends on rows and settings alone, on no machine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/engine/trees/binned_rows.h"

namespace mote::engine {

struct GrowSettings {
  uint64_t seed = 0;
  int64_t classes = 2;
  int64_t features_a_split = 1;       // drawn at each node; more where none of them splits it
  int64_t depth_max = 64;             // splits from the root to a leaf
  int64_t rows_min = 1;               // of a leaf, as drawn
  bool bootstrap = true;              // rows are drawn with replacement, as many as there are
  std::vector<double> class_weights;  // empty: all 1
};

// Records of tree number `tree` (tree_records.h). A leaf's values are the shares of
// the classes; of two classes only that of class 1. Gain: decrease of the weighted
// Gini impurity, as a share of all rows.
//
//   Cancelled        `cancelled` said so
//   InvalidArgument  a label outside the classes, or a tree of 2^32 nodes
absl::StatusOr<std::string> GrowTree(const BinnedRows& rows, const GrowSettings& settings, int64_t tree,
                                     const std::function<bool()>& cancelled);

}  // namespace mote::engine
