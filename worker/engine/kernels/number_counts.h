// How often each number of a column occurs: exact while few are different.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/prepare/value_counts.h"
#include "worker/engine/kernels/number_table.h"
#include "worker/engine/kernels/sketch_table.h"

namespace mote::engine {

// Exact for up to kNumbersMax different numbers, a sketch beyond, as ValueCounts; the
// order in which numbers come is of no account. Numbers wait until there are many: mostly
// it is then plain that they are too many to be counted one by one. Not thread-safe.
class NumberCounts {
 public:
  void Add(double number) {
    if (shift_ == kSketchShift) return sketch_.Add(NumberKey(number, kSketchShift), 1);
    if (shift_ > 0) return Count(NumberKey(number, shift_), 1);
    if (waiting_.empty()) waiting_.reserve(kWaitingMax);
    waiting_.push_back(number);
    if (waiting_.size() >= kWaitingMax) Settle();
  }
  void Add(double number, int64_t count);

  // The rest looks at what still waits, too.
  void Settle();
  // Of the keys, at most kSketchShift.
  int shift() const { return shift_; }
  // Keys and counts, sorted. Settle was called last.
  NumberEntries Entries() const;
  void clear();

 private:
  static constexpr size_t kWaitingMax = 16384;

  // False: perhaps after all.
  bool TooManyForSure() const;
  // False: there would be too few buckets.
  bool SketchWaiting();
  void Count(int64_t key, int64_t count);
  // Fewer bits for all keys in the table, as FittingShift says.
  void Fit();

  std::vector<double> waiting_;  // while exact
  NumberTable table_;            // keys of shift_, below kSketchShift
  SketchTable sketch_;           // keys of kSketchShift
  int shift_ = 0;
};

}  // namespace mote::engine
