#include "worker/engine/trees/boost_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "worker/engine/trees/boost_units.h"
#include "worker/engine/trees/loss.h"
#include "worker/engine/trees/tree_walk.h"

namespace mote::engine {
namespace {

// So many rows' packed sums cannot overflow: see boost_units.h.
constexpr int64_t kRowsPacked = int64_t{1} << 15;
constexpr int64_t kAhead = 16;
// Rows whose derivatives are computed side by side.
constexpr int kTogether = 8;

bool IsPrefix(std::string_view prefix, std::string_view text) {
  return prefix.size() <= text.size() && text.substr(0, prefix.size()) == prefix;
}

void Unpack(std::vector<uint64_t>& packed, GradientSum* sums) {
  for (size_t b = 0; b < packed.size(); ++b) {
    if (packed[b] == 0) continue;
    const auto curvature = static_cast<int64_t>(packed[b] & 0xFFFFFFFF);
    sums[b].curvature += curvature;
    sums[b].gradient += static_cast<int64_t>(packed[b] - static_cast<uint64_t>(curvature)) >> 32;
    packed[b] = 0;
  }
}

}  // namespace

void BoostRows::Apply(const std::shared_ptr<const TreeModel>& model) {
  if (applied_ == model) return;
  level_ = -1;
  outputs_ = model->head().outputs();
  const bool known = applied_ != nullptr && applied_->head().base == model->head().base &&
                     applied_->edges() == model->edges() && IsPrefix(applied_->tree_bytes(), model->tree_bytes());
  size_t first = known ? applied_->trees().size() : 0;
  if (!known) {
    raw_.clear();
    for (int64_t row = 0; row < rows_.rows; ++row) {
      raw_.insert(raw_.end(), model->head().base.begin(), model->head().base.end());
    }
  }
  for (; first < model->trees().size(); ++first) {
    AddTree(model->trees()[first], static_cast<int64_t>(first % static_cast<size_t>(outputs_)));
  }
  applied_ = model;
}

void BoostRows::AddTree(const TreeView& tree, int64_t output) {
  const TreeWalk walk(tree);
  double* raw = raw_.data() + output;
  int64_t row = 0;
  for (; row + TreeWalk::kRows <= rows_.rows; row += TreeWalk::kRows) {
    const TreeRecord* leaves[TreeWalk::kRows];
    walk.Leaves(rows_.row(row), rows_.features, leaves);
    for (const TreeRecord* leaf : leaves) {
      *raw += static_cast<double>(leaf->value());
      raw += outputs_;
    }
  }
  for (; row < rows_.rows; ++row, raw += outputs_) *raw += static_cast<double>(tree.Leaf(rows_.row(row)).value());
}

double BoostRows::Loss() const {
  double loss = 0;
  for (int64_t row = 0; row < rows_.rows; ++row) {
    loss += RowLoss(raw_.data() + row * outputs_, applied_->head().classes,
                    static_cast<double>(rows_.labels[static_cast<size_t>(row)]));
  }
  return loss;
}

void BoostRows::DeriveAll(int64_t output, const DerivativeUnits& units, uint64_t* packed) const {
  const int64_t classes = applied_->head().classes;
  int64_t row = 0;
  if (classes == 2) {
    Derivatives derivatives[kTogether];
    for (; row + kTogether <= rows_.rows; row += kTogether) {
      DeriveTwo<kTogether>(raw_.data() + row, rows_.labels.data() + row, derivatives);
      for (int i = 0; i < kTogether; ++i) packed[row + i] = units.Pack(derivatives[i]);
    }
  }
  for (; row < rows_.rows; ++row) {
    const auto label = static_cast<double>(rows_.labels[static_cast<size_t>(row)]);
    packed[row] = units.Pack(Derive(raw_.data() + row * outputs_, classes, label, output));
  }
}

void BoostRows::BeginRound(const BoostSettings& settings) {
  const auto rows = static_cast<size_t>(rows_.rows);
  packed_.resize(rows * static_cast<size_t>(outputs_));
  order_.resize(packed_.size());
  scratch_.resize(rows);
  ranges_.clear();
  for (int64_t output = 0; output < outputs_; ++output) {
    const int64_t base = output * rows_.rows;
    DeriveAll(output, DerivativeUnits(settings.gradient_unit, settings.curvature_unit), packed_.data() + base);
    std::iota(order_.begin() + base, order_.begin() + base + rows_.rows, 0U);
    ranges_.push_back({base, base + rows_.rows});
  }
  level_ = 0;
}

void BoostRows::Descend(const std::vector<BoostNode>& level) {
  std::vector<Range> next;
  for (size_t i = 0; i < level.size(); ++i) {
    const BoostNode& node = level[i];
    if (node.feature < 0) continue;
    const Range range = ranges_[i];
    int64_t left = range.begin;
    int64_t right = 0;
    for (int64_t at = range.begin; at < range.end; ++at) {
      const uint32_t row = order_[static_cast<size_t>(at)];
      const bool goes_left = rows_.row(row)[node.feature] <= node.bin;
      order_[static_cast<size_t>(left)] = row;
      scratch_[static_cast<size_t>(right)] = row;
      left += goes_left;
      right += !goes_left;
    }
    std::copy(scratch_.begin(), scratch_.begin() + right, order_.begin() + left);
    next.push_back({range.begin, left});
    next.push_back({left, range.end});
  }
  ranges_ = std::move(next);
  ++level_;
}

void BoostRows::AddNode(const BoostNode& node, Range range, const BinOffsets& offsets, GradientSum* histogram) {
  const auto features = static_cast<size_t>(rows_.features);
  const uint64_t* packed = packed_.data() + node.output * rows_.rows;
  const uint32_t* starts = offsets.data();
  uint64_t* sums = histogram_.data();
  for (int64_t begin = range.begin; begin < range.end; begin += kRowsPacked) {
    const int64_t end = std::min(begin + kRowsPacked, range.end);
    for (int64_t at = begin; at < end; ++at) {
      if (at + kAhead < end) __builtin_prefetch(rows_.row(order_[static_cast<size_t>(at + kAhead)]));
      const uint32_t row = order_[static_cast<size_t>(at)];
      const uint8_t* bins = rows_.row(row);
      const uint64_t both = packed[row];
      for (size_t f = 0; f < features; ++f) sums[starts[f] + bins[f]] += both;
    }
    Unpack(histogram_, histogram);
  }
}

void BoostRows::Build(const BoostLevels& levels, const BoostSettings& settings, const BinOffsets& offsets,
                      std::string* sums) {
  if (level_ < 0 || level_ > levels.levels()) BeginRound(settings);
  while (level_ < levels.levels()) Descend(levels.nodes()[static_cast<size_t>(level_)]);
  const std::vector<BoostNode>& level = levels.nodes().back();
  const auto bins = static_cast<size_t>(offsets.total());
  histogram_.assign(bins, 0);
  std::vector<GradientSum> all(static_cast<size_t>(levels.built_count()) * bins);
  GradientSum* histogram = all.data();
  for (size_t i = 0; i < level.size(); ++i) {
    if (!level[i].built) continue;
    AddNode(level[i], ranges_[i], offsets, histogram);
    histogram += bins;
  }
  sums->append(reinterpret_cast<const char*>(all.data()), all.size() * sizeof(GradientSum));
  const int64_t rows = rows_.rows;
  sums->append(reinterpret_cast<const char*>(&rows), sizeof(rows));
}

int64_t BoostRows::bytes() const {
  return rows_.bytes() + static_cast<int64_t>(raw_.size() * sizeof(double) + packed_.size() * sizeof(uint64_t) +
                                              (order_.size() + scratch_.size()) * sizeof(uint32_t));
}

BoostRows* BoostRowsCache::Find(const std::string& key) {
  for (auto it = blocks_.begin(); it != blocks_.end(); ++it) {
    if (it->first != key) continue;
    blocks_.splice(blocks_.begin(), blocks_, it);
    return &blocks_.front().second;
  }
  return nullptr;
}

BoostRows* BoostRowsCache::Insert(std::string key, BoostRows rows) {
  int64_t bytes = rows.bytes();
  for (const auto& [name, block] : blocks_) bytes += block.bytes();
  while (bytes > kBytesMax && !blocks_.empty()) {
    bytes -= blocks_.back().second.bytes();
    blocks_.pop_back();
  }
  blocks_.emplace_front(std::move(key), std::move(rows));
  return &blocks_.front().second;
}

}  // namespace mote::engine
