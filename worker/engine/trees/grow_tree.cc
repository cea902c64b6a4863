#include "worker/engine/trees/grow_tree.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bin_edges.h"
#include "common/philox.h"
#include "common/status_macros.h"
#include "worker/engine/trees/tree_records.h"

namespace mote::engine {
namespace {

// Nodes up to this size are split by sorting their rows: going through all bins of a
// feature costs more.
constexpr int64_t kSortedRowsMax = 40;
// Streams of Philox: rows drawn for a tree, features drawn for its nodes.
constexpr uint64_t kRowStream = 0x524F5753;
constexpr uint64_t kFeatureStream = 0x46454154;
constexpr int64_t kNodesBetweenLooks = 256;
// How far ahead the bins of a row are fetched from memory.
constexpr int64_t kPrefetchRows = 12;

// A row that was drawn, and how often.
struct Drawn {
  uint32_t row;
  uint16_t times;
  uint16_t label;
};

using Counts = std::vector<int64_t>;  // by class, as drawn

struct Split {
  int64_t feature = -1;
  uint8_t bin = 0;
  double score = 0;  // Σ over both children of Σ n_c² / n
  Counts left;
};

struct Node {
  int64_t begin = 0;  // of the drawn rows
  int64_t end = 0;
  int64_t depth = 0;
  Counts counts;
  int64_t parent = -1;  // whose right child it is; −1: the root, or a left child
};

class Grower {
 public:
  Grower(const BinnedRows& rows, const GrowSettings& settings, int64_t tree)
      : rows_(rows),
        settings_(settings),
        tree_(tree),
        classes_(settings.classes),
        writer_(settings.classes > 2 ? settings.classes : 1, rows.features),
        histogram_(static_cast<size_t>(settings.features_a_split * kBinsMax * settings.classes)),
        order_(static_cast<size_t>(rows.features)) {
    std::iota(order_.begin(), order_.end(), 0);
  }

  absl::StatusOr<std::string> Grow(const std::function<bool()>& cancelled) {
    Node root;
    MOTE_RETURN_IF_ERROR(Draw(&root));
    total_ = Weigh(root.counts);
    // The left child is grown next, the right one when all below the left is done.
    std::vector<Node> open;
    open.push_back(std::move(root));
    for (int64_t nodes = 0; !open.empty(); ++nodes) {
      if (nodes % kNodesBetweenLooks == 0 && cancelled()) return absl::CancelledError("the lease was revoked");
      Node node = std::move(open.back());
      open.pop_back();
      if (node.parent >= 0) writer_.SetRight(static_cast<uint32_t>(node.parent));
      GrowNode(std::move(node), nodes, &open);
    }
    return writer_.Take();
  }

 private:
  absl::Status Draw(Node* root) {
    std::vector<uint16_t> times(static_cast<size_t>(rows_.rows), settings_.bootstrap ? 0 : 1);
    if (settings_.bootstrap) {
      const Philox random(settings_.seed ^ kRowStream, static_cast<uint64_t>(tree_));
      for (int64_t i = 0; i < rows_.rows; ++i) {
        const auto drawn = static_cast<unsigned __int128>(random.U64(static_cast<uint64_t>(i)));
        uint16_t& count = times[static_cast<size_t>((drawn * static_cast<uint64_t>(rows_.rows)) >> 64)];
        if (count < UINT16_MAX) ++count;
      }
    }
    root->counts.assign(static_cast<size_t>(classes_), 0);
    for (int64_t row = 0; row < rows_.rows; ++row) {
      const float label = rows_.labels[static_cast<size_t>(row)];
      if (!(label >= 0 && label < static_cast<float>(classes_))) {
        return absl::InvalidArgumentError(absl::StrCat("label=", label, " of row ", row, " is not one of ", classes_,
                                                       " classes, which are numbered from 0"));
      }
      if (times[static_cast<size_t>(row)] == 0) continue;
      const auto index = static_cast<uint16_t>(label);
      drawn_.push_back({static_cast<uint32_t>(row), times[static_cast<size_t>(row)], index});
      root->counts[index] += times[static_cast<size_t>(row)];
    }
    scratch_.resize(drawn_.size());
    root->end = static_cast<int64_t>(drawn_.size());
    return absl::OkStatus();
  }

  void GrowNode(Node node, int64_t number, std::vector<Node>* open) {
    const int64_t rows = std::accumulate(node.counts.begin(), node.counts.end(), int64_t{0});
    const bool pure = *std::max_element(node.counts.begin(), node.counts.end()) == rows;
    if (pure || node.depth >= settings_.depth_max || rows < 2 * settings_.rows_min) return AddLeaf(node);
    const Split split = FindSplit(node, number);
    if (split.feature < 0) return AddLeaf(node);
    writer_.AddGain(split.feature, total_ > 0 ? (split.score - Purity(node.counts)) / total_ : 0);
    const uint32_t record = writer_.AddSplit(split.feature, split.bin);
    const int64_t middle = Partition(node, split);
    Node right{middle, node.end, node.depth + 1, std::move(node.counts), record};
    for (size_t c = 0; c < right.counts.size(); ++c) right.counts[c] -= split.left[c];
    open->push_back(std::move(right));
    open->push_back({node.begin, middle, node.depth + 1, split.left, -1});
  }

  void AddLeaf(const Node& node) {
    const double total = Weigh(node.counts);
    std::vector<float> shares;
    for (size_t c = classes_ == 2 ? 1 : 0; c < node.counts.size(); ++c) {
      shares.push_back(total > 0 ? static_cast<float>(Weight(c) * static_cast<double>(node.counts[c]) / total) : 0.0F);
    }
    writer_.AddLeaf(shares.data());
  }

  double Weight(size_t c) const { return settings_.class_weights.empty() ? 1.0 : settings_.class_weights[c]; }

  double Weigh(const Counts& counts) const {
    double sum = 0;
    for (size_t c = 0; c < counts.size(); ++c) sum += Weight(c) * static_cast<double>(counts[c]);
    return sum;
  }

  // Σ n_c² / n: the greater, the purer; n·(1 − Gini).
  double Purity(const Counts& counts) const {
    double squares = 0;
    for (size_t c = 0; c < counts.size(); ++c) {
      const double weight = Weight(c) * static_cast<double>(counts[c]);
      squares += weight * weight;
    }
    const double total = Weigh(counts);
    return total > 0 ? squares / total : 0;
  }

  // Draws features until enough were looked at and one of them splits the node.
  Split FindSplit(const Node& node, int64_t number) {
    Split best;
    best.score = Purity(node.counts) * (1.0 + 1e-12);
    const auto features = static_cast<size_t>(rows_.features);
    const Philox random(settings_.seed ^ kFeatureStream, static_cast<uint64_t>(tree_));
    std::vector<std::pair<size_t, size_t>> swaps;
    size_t looked = 0;
    while (looked < features && (looked == 0 || best.feature < 0)) {
      const size_t wanted = looked == 0 ? static_cast<size_t>(settings_.features_a_split) : 1;
      const size_t end = std::min(looked + wanted, features);
      for (size_t k = looked; k < end && features > wanted; ++k) {
        const uint64_t bits = random.U64(static_cast<uint64_t>(number) * features + k);
        const size_t other = k + static_cast<size_t>((static_cast<unsigned __int128>(bits) * (features - k)) >> 64);
        std::swap(order_[k], order_[other]);
        swaps.emplace_back(k, other);
      }
      Look(node, order_.data() + looked, end - looked, &best);
      looked = end;
    }
    for (; !swaps.empty(); swaps.pop_back()) std::swap(order_[swaps.back().first], order_[swaps.back().second]);
    return best;
  }

  void Look(const Node& node, const int32_t* features, size_t count, Split* best) {
    if (node.end - node.begin <= kSortedRowsMax) {
      for (size_t j = 0; j < count; ++j) LookSorted(node, features[j], best);
      return;
    }
    FillHistograms(node, features, count);
    for (size_t j = 0; j < count; ++j) {
      const uint32_t* histogram = histogram_.data() + j * static_cast<size_t>(kBinsMax * classes_);
      classes_ == 2 ? LookAtTwoClasses(node, features[j], histogram, best)
                    : LookAtBins(node, features[j], histogram, best);
    }
  }

  void FillHistograms(const Node& node, const int32_t* features, size_t count) {
    const auto stride = static_cast<size_t>(kBinsMax * classes_);
    std::fill(histogram_.begin(), histogram_.begin() + static_cast<int64_t>(count * stride), 0);
    const auto classes = static_cast<size_t>(classes_);
    for (int64_t i = node.begin; i < node.end; ++i) {
      if (i + kPrefetchRows < node.end)
        __builtin_prefetch(rows_.row(drawn_[static_cast<size_t>(i + kPrefetchRows)].row));
      const Drawn& drawn = drawn_[static_cast<size_t>(i)];
      const uint8_t* bins = rows_.row(drawn.row);
      uint32_t* histogram = histogram_.data() + drawn.label;
      for (size_t j = 0; j < count; ++j, histogram += stride) histogram[bins[features[j]] * classes] += drawn.times;
    }
  }

  // The common case, without loops over classes.
  void LookAtTwoClasses(const Node& node, int32_t feature, const uint32_t* histogram, Split* best) {
    const double w0 = Weight(0);
    const double w1 = Weight(1);
    const int64_t n0 = node.counts[0];
    const int64_t n1 = node.counts[1];
    int64_t l0 = 0;
    int64_t l1 = 0;
    for (int bin = 0; bin + 1 < kBinsMax; ++bin) {
      const uint32_t c0 = histogram[2 * bin];
      const uint32_t c1 = histogram[2 * bin + 1];
      if ((c0 | c1) == 0) continue;  // the same split as one bin before
      l0 += c0;
      l1 += c1;
      const int64_t left = l0 + l1;
      const int64_t right = n0 + n1 - left;
      if (right < settings_.rows_min || right == 0) return;
      if (left < settings_.rows_min) continue;
      const double a0 = w0 * static_cast<double>(l0);
      const double a1 = w1 * static_cast<double>(l1);
      const double b0 = w0 * static_cast<double>(n0 - l0);
      const double b1 = w1 * static_cast<double>(n1 - l1);
      const double score = (a0 * a0 + a1 * a1) / (a0 + a1) + (b0 * b0 + b1 * b1) / (b0 + b1);
      if (score > best->score) *best = {feature, static_cast<uint8_t>(bin), score, {l0, l1}};
    }
  }

  void LookAtBins(const Node& node, int32_t feature, const uint32_t* histogram, Split* best) {
    Counts left(static_cast<size_t>(classes_));
    const auto classes = static_cast<size_t>(classes_);
    for (size_t bin = 0; bin + 1 < static_cast<size_t>(kBinsMax); ++bin) {
      bool any = false;
      for (size_t c = 0; c < classes; ++c) {
        any |= histogram[bin * classes + c] != 0;
        left[c] += histogram[bin * classes + c];
      }
      if (any && !Consider(node, feature, static_cast<uint8_t>(bin), left, best)) return;
    }
  }

  void LookSorted(const Node& node, int32_t feature, Split* best) {
    struct Entry {
      uint8_t bin;
      uint16_t label;
      uint16_t times;
    };
    Entry entries[kSortedRowsMax];
    int64_t size = 0;
    for (int64_t i = node.begin; i < node.end; ++i) {
      const Drawn& drawn = drawn_[static_cast<size_t>(i)];
      const Entry entry{rows_.row(drawn.row)[feature], drawn.label, drawn.times};
      int64_t at = size++;
      for (; at > 0 && entries[at - 1].bin > entry.bin; --at) entries[at] = entries[at - 1];
      entries[at] = entry;
    }
    if (entries[0].bin == entries[size - 1].bin) return;
    left_.assign(static_cast<size_t>(classes_), 0);
    for (int64_t i = 0; i + 1 < size; ++i) {
      left_[entries[i].label] += entries[i].times;
      if (entries[i].bin == entries[i + 1].bin) continue;
      if (!Consider(node, feature, entries[i].bin, left_, best)) return;
    }
  }

  // False: no later bin can split the node.
  bool Consider(const Node& node, int32_t feature, uint8_t bin, const Counts& left, Split* best) {
    int64_t left_rows = 0;
    int64_t right_rows = 0;
    double left_weight = 0, left_squares = 0, right_weight = 0, right_squares = 0;
    for (size_t c = 0; c < left.size(); ++c) {
      left_rows += left[c];
      right_rows += node.counts[c] - left[c];
      const double l = Weight(c) * static_cast<double>(left[c]);
      const double r = Weight(c) * static_cast<double>(node.counts[c] - left[c]);
      left_weight += l;
      right_weight += r;
      left_squares += l * l;
      right_squares += r * r;
    }
    if (right_rows < settings_.rows_min || right_rows == 0) return false;
    if (left_rows < settings_.rows_min) return true;
    const double score = left_squares / left_weight + right_squares / right_weight;
    if (score > best->score) *best = {feature, bin, score, left};
    return true;
  }

  // Moves the rows of the left child before those of the right one, each in their order.
  int64_t Partition(const Node& node, const Split& split) {
    int64_t left = node.begin;
    int64_t right = 0;
    for (int64_t i = node.begin; i < node.end; ++i) {
      if (i + kPrefetchRows < node.end)
        __builtin_prefetch(rows_.row(drawn_[static_cast<size_t>(i + kPrefetchRows)].row));
      const Drawn drawn = drawn_[static_cast<size_t>(i)];
      const bool goes_left = rows_.row(drawn.row)[split.feature] <= split.bin;
      drawn_[static_cast<size_t>(left)] = drawn;
      scratch_[static_cast<size_t>(right)] = drawn;
      left += goes_left;
      right += !goes_left;
    }
    std::copy(scratch_.begin(), scratch_.begin() + right, drawn_.begin() + left);
    return left;
  }

  const BinnedRows& rows_;
  const GrowSettings& settings_;
  const int64_t tree_;
  const int64_t classes_;
  TreeWriter writer_;
  double total_ = 0;  // weight of all rows drawn
  std::vector<Drawn> drawn_;
  std::vector<Drawn> scratch_;
  std::vector<uint32_t> histogram_;  // [feature looked at][bin][class]
  std::vector<int32_t> order_;       // of features; the identity between nodes
  Counts left_;
};

}  // namespace

absl::StatusOr<std::string> GrowTree(const BinnedRows& rows, const GrowSettings& settings, int64_t tree,
                                     const std::function<bool()>& cancelled) {
  return Grower(rows, settings, tree).Grow(cancelled);
}

}  // namespace mote::engine
