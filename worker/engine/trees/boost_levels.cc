#include "worker/engine/trees/boost_levels.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/engine/trees/tree_records.h"

namespace mote::engine {
namespace {

GradientSum operator-(const GradientSum& a, const GradientSum& b) {
  return {a.gradient - b.gradient, a.curvature - b.curvature};
}

}  // namespace

BinOffsets::BinOffsets(const BinEdges& edges) : offsets_{0} {
  for (size_t i = 0; i < edges.features.size(); ++i) {
    offsets_.push_back(offsets_.back() + static_cast<uint32_t>(edges.bins(i)));
  }
}

BoostLevels::BoostLevels(const BoostSettings& settings, const BinOffsets& offsets)
    : settings_(settings), offsets_(offsets), nodes_(1) {
  for (int64_t output = 0; output < settings.outputs; ++output) {
    nodes_[0].emplace_back();
    nodes_[0].back().output = output;
  }
}

int64_t BoostLevels::built_count() const {
  return std::count_if(nodes_.back().begin(), nodes_.back().end(), [](const BoostNode& node) { return node.built; });
}

absl::Status BoostLevels::AddLevel(std::string_view sums) {
  const auto bins = static_cast<size_t>(offsets_.total());
  if (sums.size() != static_cast<size_t>(built_count()) * bins * sizeof(GradientSum) + sizeof(int64_t)) {
    return absl::InvalidArgumentError(absl::StrCat("sums of level ", levels(), " have ", sums.size(), " bytes, not ",
                                                   built_count(), " histograms of ", bins, " bins"));
  }
  std::vector<BoostNode>& level = nodes_.back();
  std::vector<Histogram> histograms(level.size(), Histogram(bins));
  for (size_t i = 0; i < level.size(); ++i) {
    if (!level[i].built) continue;
    std::memcpy(histograms[i].data(), sums.data(), bins * sizeof(GradientSum));
    sums.remove_prefix(bins * sizeof(GradientSum));
  }
  // Siblings stand side by side, and so do their parents' histograms.
  for (size_t i = 0, pair = 0; i + 1 < level.size() && levels() > 0; i += 2, ++pair) {
    const size_t derived = level[i].built ? i + 1 : i;
    const Histogram& sibling = histograms[level[i].built ? i : i + 1];
    for (size_t b = 0; b < bins; ++b) histograms[derived][b] = parents_[pair][b] - sibling[b];
  }
  std::vector<BoostNode> next;
  std::vector<Histogram> parents;
  for (size_t i = 0; i < level.size(); ++i) {
    BoostNode& node = level[i];
    if (levels() == 0) {
      node.sum = {};
      for (uint32_t b = 0; b < (offsets_.features() > 0 ? offsets_.at(1) : 0); ++b) {
        node.sum.gradient += histograms[i][b].gradient;
        node.sum.curvature += histograms[i][b].curvature;
      }
    }
    if (levels() < settings_.depth) Decide(&node, histograms[i]);
    if (node.feature < 0) continue;
    any_split_ = true;
    GradientSum left;
    for (uint32_t b = 0; b <= node.bin; ++b) {
      left.gradient += histograms[i][offsets_.at(node.feature) + b].gradient;
      left.curvature += histograms[i][offsets_.at(node.feature) + b].curvature;
    }
    const GradientSum right = node.sum - left;
    node.left = static_cast<int32_t>(next.size());
    const bool left_is_built = left.curvature <= right.curvature;
    next.push_back({node.output, left, -1, 0, 0, -1, left_is_built});
    next.push_back({node.output, right, -1, 0, 0, -1, !left_is_built});
    parents.push_back(std::move(histograms[i]));
  }
  nodes_.push_back(std::move(next));
  parents_ = std::move(parents);
  return absl::OkStatus();
}

double BoostLevels::Score(const GradientSum& sum) const {
  const double gradient = static_cast<double>(sum.gradient) * settings_.gradient_unit;
  const double curvature = static_cast<double>(sum.curvature) * settings_.curvature_unit + settings_.l2;
  return curvature > 0 ? gradient * gradient / curvature : 0;
}

double BoostLevels::LeafValue(const BoostNode& node) const {
  const double gradient = static_cast<double>(node.sum.gradient) * settings_.gradient_unit;
  const double curvature = static_cast<double>(node.sum.curvature) * settings_.curvature_unit + settings_.l2;
  return curvature > 0 ? -settings_.learning_rate * gradient / curvature : 0;
}

void BoostLevels::Decide(BoostNode* node, const Histogram& histogram) const {
  for (int64_t feature = 0; feature < offsets_.features(); ++feature) Scan(node, feature, histogram);
  if (node->feature >= 0 && node->gain <= settings_.gain_min) node->feature = -1;
}

// How many rows a sum stands for, by its share of the root's curvature.
double BoostLevels::RowsOf(const GradientSum& sum) const {
  double all = 0;
  for (const BoostNode& root : nodes_[0]) {
    all = std::max(all, static_cast<double>(root.sum.curvature));
  }
  return all > 0 ? static_cast<double>(sum.curvature) / all * static_cast<double>(settings_.rows) : 0;
}

void BoostLevels::Scan(BoostNode* node, int64_t feature, const Histogram& histogram) const {
  const GradientSum* bins = histogram.data() + offsets_.at(feature);
  const auto count = static_cast<int64_t>(offsets_.at(feature + 1) - offsets_.at(feature));
  const double parent = Score(node->sum);
  const double rows = RowsOf(node->sum);
  const double rows_a_unit = node->sum.curvature > 0 ? rows / static_cast<double>(node->sum.curvature) : 0;
  const auto rows_min = static_cast<double>(settings_.rows_min);
  GradientSum left;
  for (int64_t bin = 0; bin + 1 < count; ++bin) {
    if (bins[bin].curvature == 0) continue;  // the same split as one bin before
    left.gradient += bins[bin].gradient;
    left.curvature += bins[bin].curvature;
    const GradientSum right = node->sum - left;
    if (static_cast<double>(left.curvature) * rows_a_unit < rows_min) continue;
    if (right.curvature <= 0 || static_cast<double>(right.curvature) * rows_a_unit < rows_min) return;
    const double gain = 0.5 * (Score(left) + Score(right) - parent);
    if (gain <= node->gain) continue;
    node->gain = gain;
    node->feature = static_cast<int32_t>(feature);
    node->bin = static_cast<uint8_t>(bin);
  }
}

std::string BoostLevels::Trees() const {
  std::string bytes;
  for (int64_t output = 0; output < settings_.outputs; ++output) {
    TreeWriter writer(1, offsets_.features());
    const std::function<void(size_t, size_t)> write = [&](size_t level, size_t index) {
      const BoostNode& node = nodes_[level][index];
      if (node.feature < 0) {
        const auto value = static_cast<float>(LeafValue(node));
        return writer.AddLeaf(&value);
      }
      writer.AddGain(node.feature, node.gain);
      const uint32_t split = writer.AddSplit(node.feature, node.bin);
      write(level + 1, static_cast<size_t>(node.left));
      writer.SetRight(split);
      write(level + 1, static_cast<size_t>(node.left) + 1);
    };
    write(0, static_cast<size_t>(output));
    bytes += writer.Take();
  }
  return bytes;
}

}  // namespace mote::engine
