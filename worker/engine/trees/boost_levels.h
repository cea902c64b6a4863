// A round of boosting while it grows: which nodes each level has, how they split, and
// what of the next level's histograms has to be built.
//
// Everyone who has the sums of the levels so far computes the same nodes from them, so
// no task has to write them down. Of two siblings only the one with less curvature is
// built; the other is their parent minus it.
//
// Gradients and curvatures are whole numbers of units, so their sums are exact:
// second-order boosting as Chen and Guestrin: XGBoost (2016).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/bin_edges.h"

namespace mote::engine {

// In units; a histogram is so many of these as all features have bins.
struct GradientSum {
  int64_t gradient = 0;
  int64_t curvature = 0;
};
static_assert(sizeof(GradientSum) == 16);

struct BoostSettings {
  double learning_rate = 0.1;
  double l2 = 1.0;
  double gain_min = 0.0;
  int64_t rows_min = 20;  // of a leaf, estimated from its share of the curvature
  int64_t depth = 6;
  int64_t rows = 0;            // of the table
  double gradient_unit = 1.0;  // what one unit of gradient is worth
  double curvature_unit = 1.0;
  int64_t outputs = 1;  // trees of a round
};

struct BoostNode {
  int64_t output = 0;  // which tree of the round
  GradientSum sum;
  int32_t feature = -1;  // −1: a leaf
  uint8_t bin = 0;
  double gain = 0;
  int32_t left = -1;  // in the next level; its sibling follows it
  bool built = true;  // its histogram is built from rows; else parent minus sibling
};

// Where each feature's bins start in a histogram.
class BinOffsets {
 public:
  explicit BinOffsets(const BinEdges& edges);
  int64_t total() const { return offsets_.back(); }
  int64_t features() const { return static_cast<int64_t>(offsets_.size()) - 1; }
  uint32_t at(int64_t feature) const { return offsets_[static_cast<size_t>(feature)]; }
  const uint32_t* data() const { return offsets_.data(); }

 private:
  std::vector<uint32_t> offsets_;
};

class BoostLevels {
 public:
  BoostLevels(const BoostSettings& settings, const BinOffsets& offsets);

  // The nodes of level 0 … levels() − 1 with their splits decided, and of the level
  // that is to be built next, without.
  const std::vector<std::vector<BoostNode>>& nodes() const { return nodes_; }
  int64_t levels() const { return static_cast<int64_t>(nodes_.size()) - 1; }
  // Histograms of the next level that have to be built: its built nodes, in order.
  int64_t built_count() const;

  // The sums of the next level: built_count() histograms one after another, then the
  // number of rows, i64 (so that there is a sum where no node is left to build).
  //
  //   InvalidArgument  another number of bytes
  absl::Status AddLevel(std::string_view sums);

  double LeafValue(const BoostNode& node) const;
  // The records of the round's trees (tree_records.h), in the order of outputs. Nodes of
  // the level that was not built are leaves.
  std::string Trees() const;
  // Whether any node was split.
  bool any_split() const { return any_split_; }

 private:
  using Histogram = std::vector<GradientSum>;

  void Decide(BoostNode* node, const Histogram& histogram) const;
  void Scan(BoostNode* node, int64_t feature, const Histogram& histogram) const;
  double Score(const GradientSum& sum) const;
  double RowsOf(const GradientSum& sum) const;

  const BoostSettings settings_;
  const BinOffsets& offsets_;
  std::vector<std::vector<BoostNode>> nodes_;
  std::vector<Histogram> parents_;  // of the last decided level's nodes
  bool any_split_ = false;
};

}  // namespace mote::engine
