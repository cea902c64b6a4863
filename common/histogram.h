// Sparse histogram with logarithmic buckets, of durations or sizes.
//
// Values below 64 have a bucket each; above, every power of two is cut into 32
// buckets, so a quantile is within 1.6 % of the true value. Counts are integers:
// merging is exact and free of order.
//
// Not thread-safe. A few hundred bytes for values of similar size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace mote {

class Histogram {
 public:
  // Counts `value`; negative ones count as 0. A few nanoseconds.
  void Add(int64_t value) {
    if (value < 0) value = 0;
    if (value > max_) max_ = value;
    const int slot = BucketOf(value) - first_;
    if (static_cast<size_t>(slot) >= counts_.size()) return AddOutside(BucketOf(value), 1);
    ++counts_[static_cast<size_t>(slot)];
    ++count_;
  }
  void Merge(const Histogram& other);

  int64_t count() const { return count_; }
  int64_t max() const { return max_; }
  // The smallest value that at least q·count values do not exceed (nearest rank),
  // to the bucket's middle; q ≥ 1: the maximum. 0 when empty.
  int64_t Quantile(double q) const;

  // To 1.6 %; 0 when empty.
  double Mean() const;

  // Buckets that are not empty.
  std::map<int, int64_t> buckets() const;
  // Where a value that is not negative is counted, and what stands for the values there.
  static int BucketOf(int64_t value) {
    const int excess = 63 - __builtin_clzll(static_cast<uint64_t>(value) | 1) - 5;  // bits beyond the top six
    return excess <= 0 ? static_cast<int>(value) : 32 * excess + static_cast<int>(value >> excess);
  }
  static int64_t MiddleOf(int bucket);
  // The reverse. What no histogram has (a bucket out of range, a negative count) is
  // left out, and a maximum below the last bucket is raised: they may come from a peer that
  // lies.
  static Histogram FromBuckets(const std::map<int, int64_t>& buckets, int64_t max);

  // Equal counts in equal buckets, and equal maxima.
  bool operator==(const Histogram& other) const;

 private:
  void AddOutside(int bucket, int64_t count);

  int first_ = 0;                // bucket of counts_[0]
  std::vector<int64_t> counts_;  // a window of buckets; may begin and end with zeros
  int64_t count_ = 0;
  int64_t max_ = 0;
};

}  // namespace mote
