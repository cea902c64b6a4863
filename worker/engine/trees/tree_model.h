// The file of a tree model: what forest and boost yield and infer.trees scores.
//
//   "MOTETREE", u64 bytes of the head, the head (JSON, padded with blanks to 8),
//   u64 bytes of the edges, encoded BinEdges padded with zeros to 8, tree records
//
// Head: {kind: forest|boost, loss, classes: number, class_names, features: names or
// [], schema: digest of both, base: [raw score of each output], width: features}.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/bin_edges.h"
#include "common/json.h"
#include "worker/engine/trees/tree_records.h"

namespace mote::engine {

struct TreeHead {
  std::string kind;                      // forest, boost
  std::string loss = "gini";             // gini, logistic, squared
  int64_t classes = 0;                   // 0: a regression
  std::vector<std::string> class_names;  // empty: not known
  std::vector<std::string> features;     // empty: not known
  std::vector<double> base;              // boost: raw score before any tree

  // Trees that one round of boosting adds, and numbers that a row's raw score has.
  int64_t outputs() const { return classes > 2 ? classes : 1; }
  Json ToJson() const;
  // Throws what Json throws.
  static TreeHead FromJson(const Json& json);
};

// Immutable, hence thread-safe.
class TreeModel {
 public:
  // Takes the bytes over. InvalidArgument: not a tree model, or a damaged one.
  static absl::StatusOr<std::shared_ptr<const TreeModel>> Parse(std::string bytes);
  // `trees`: records of all trees.
  static std::string Encode(const TreeHead& head, const BinEdges& edges, std::string_view trees);

  const TreeHead& head() const { return head_; }
  const BinEdges& edges() const { return edges_; }
  const std::vector<TreeView>& trees() const { return trees_; }
  std::string_view tree_bytes() const { return std::string_view(bytes_).substr(trees_at_); }
  int64_t width() const { return static_cast<int64_t>(edges_.features.size()); }
  // Numbers of a row of Score: a probability for each class, or one prediction.
  int64_t score_width() const { return head_.classes > 0 ? head_.classes : 1; }
  // Scores of one row of `width()` finite numbers. `bins`: room for width() bytes.
  void Score(const float* x, uint8_t* bins, float* scores) const;

 private:
  void ScoreForest(const uint8_t* bins, float* scores) const;
  void ScoreBoosted(const uint8_t* bins, float* scores) const;

  std::string bytes_;
  size_t trees_at_ = 0;
  TreeHead head_;
  BinEdges edges_;
  std::vector<TreeView> trees_;
};

}  // namespace mote::engine
