// Rows of a block of a binned table while boosted trees grow on them: their raw scores,
// gradients, and in which node of the round each of them is.
//
// All of it follows from the model so far and the splits of the round, so a block that
// another engine had before is brought up to date from whatever is here of it; kept
// blocks only save time.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/engine/trees/binned_rows.h"
#include "worker/engine/trees/boost_levels.h"
#include "worker/engine/trees/boost_units.h"
#include "worker/engine/trees/tree_model.h"

namespace mote::engine {

// Not thread-safe.
class BoostRows {
 public:
  explicit BoostRows(BinnedRows rows) : rows_(std::move(rows)) {}

  // Raw scores by `model`: only its trees that were not applied yet.
  void Apply(const std::shared_ptr<const TreeModel>& model);
  // Sum of the losses of the rows, by the model applied last.
  double Loss() const;
  // The sums of the next level of `levels` (BoostLevels::AddLevel), whose model is the
  // one that was applied last. Appends to `*sums`.
  void Build(const BoostLevels& levels, const BoostSettings& settings, const BinOffsets& offsets, std::string* sums);

  int64_t rows() const { return rows_.rows; }
  int64_t bytes() const;

 private:
  struct Range {
    int64_t begin = 0;
    int64_t end = 0;
  };

  void BeginRound(const BoostSettings& settings);
  // The derivatives of every row by `output`.
  void DeriveAll(int64_t output, const DerivativeUnits& units, uint64_t* packed) const;
  // Adds the values of its leaves to the raw scores of `output`.
  void AddTree(const TreeView& tree, int64_t output);
  // Which rows are in each node of the level after `level`.
  void Descend(const std::vector<BoostNode>& level);
  void AddNode(const BoostNode& node, Range range, const BinOffsets& offsets, GradientSum* histogram);

  BinnedRows rows_;
  std::shared_ptr<const TreeModel> applied_;
  int64_t outputs_ = 1;
  std::vector<double> raw_;       // [row][output]
  int64_t level_ = -1;            // that ranges_ is of; −1: the round has not begun
  std::vector<uint64_t> packed_;  // [output][row]: gradient in the high, curvature in the low half
  std::vector<uint32_t> order_;   // [output][row]: rows, node after node
  std::vector<uint32_t> scratch_;
  std::vector<Range> ranges_;        // of each node of the level, in order_
  std::vector<uint64_t> histogram_;  // packed
};

// Blocks by table and range, the least recently used given up beyond a bound.
// Not thread-safe.
class BoostRowsCache {
 public:
  static constexpr int64_t kBytesMax = int64_t{2} << 30;

  // nullptr: not there.
  BoostRows* Find(const std::string& key);
  BoostRows* Insert(std::string key, BoostRows rows);

 private:
  std::list<std::pair<std::string, BoostRows>> blocks_;  // most recently used first
};

}  // namespace mote::engine
