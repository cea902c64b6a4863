#include "common/histogram.h"

#include <algorithm>
#include <cmath>

#include "common/saturating.h"

namespace mote {
namespace {

constexpr int kExact = 64;                      // values below have a bucket each
constexpr int kBucketCount = 32 * 57 + kExact;  // up to 2^63 − 1
constexpr int kMargin = 8;                      // buckets that the window grows beyond need

}  // namespace

int64_t Histogram::MiddleOf(int bucket) {
  if (bucket < kExact) return bucket;
  const int excess = bucket / 32 - 1;
  const int64_t top = bucket - 32 * excess;  // the value's top six bits
  return (top << excess) + (int64_t{1} << (excess - 1));
}

void Histogram::AddOutside(int bucket, int64_t count) {
  const int end = first_ + static_cast<int>(counts_.size());
  if (counts_.empty() || bucket < first_ || bucket >= end) {
    const int low = std::max(0, bucket - kMargin);
    const int high = std::min(kBucketCount, bucket + kMargin + 1);
    const int new_first = counts_.empty() ? low : std::min(first_, low);
    const int new_end = counts_.empty() ? high : std::max(end, high);
    std::vector<int64_t> wider(static_cast<size_t>(new_end - new_first));
    std::copy(counts_.begin(), counts_.end(), wider.begin() + (counts_.empty() ? 0 : first_ - new_first));
    counts_ = std::move(wider);
    first_ = new_first;
  }
  int64_t& slot = counts_[static_cast<size_t>(bucket - first_)];
  slot = SaturatingAdd(slot, count);
  count_ = SaturatingAdd(count_, count);
}

void Histogram::Merge(const Histogram& other) {
  max_ = std::max(max_, other.max_);
  const int first = other.first_;
  const size_t size = other.counts_.size();  // merging with itself must not see its own growth
  for (size_t i = 0; i < size; ++i) {
    if (const int64_t count = other.counts_[i]; count != 0) AddOutside(first + static_cast<int>(i), count);
  }
}

int64_t Histogram::Quantile(double q) const {
  if (count_ == 0) return 0;
  if (!(q < 1)) return max_;
  const int64_t rank =
      std::max<int64_t>(1, static_cast<int64_t>(std::ceil(std::max(q, 0.0) * static_cast<double>(count_))));
  int64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    seen = SaturatingAdd(seen, counts_[i]);
    if (seen >= rank) return std::min(max_, MiddleOf(first_ + static_cast<int>(i)));
  }
  return max_;
}

std::map<int, int64_t> Histogram::buckets() const {
  std::map<int, int64_t> buckets;
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] != 0) buckets.emplace_hint(buckets.end(), first_ + static_cast<int>(i), counts_[i]);
  }
  return buckets;
}

Histogram Histogram::FromBuckets(const std::map<int, int64_t>& buckets, int64_t max) {
  Histogram histogram;
  histogram.max_ = std::max<int64_t>(0, max);
  for (const auto& [bucket, count] : buckets) {
    if (bucket < 0 || bucket >= kBucketCount || count <= 0) continue;
    histogram.AddOutside(bucket, count);
    if (BucketOf(histogram.max_) < bucket) histogram.max_ = MiddleOf(bucket);
  }
  return histogram;
}

double Histogram::Mean() const {
  if (count_ == 0) return 0;
  double sum = 0;
  for (const auto& [bucket, count] : buckets())
    sum += static_cast<double>(MiddleOf(bucket)) * static_cast<double>(count);
  return sum / static_cast<double>(count_);
}

bool Histogram::operator==(const Histogram& other) const {
  if (count_ != other.count_ || max_ != other.max_) return false;
  const int end = first_ + static_cast<int>(counts_.size());
  const int other_end = other.first_ + static_cast<int>(other.counts_.size());
  const auto count_of = [](const Histogram& h, int bucket) {
    const size_t slot = static_cast<size_t>(bucket - h.first_);
    return bucket >= h.first_ && slot < h.counts_.size() ? h.counts_[slot] : 0;
  };
  for (int bucket = std::min(first_, other.first_); bucket < std::max(end, other_end); ++bucket) {
    if (count_of(*this, bucket) != count_of(other, bucket)) return false;
  }
  return true;
}

}  // namespace mote
