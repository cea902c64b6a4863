// How often each number of a column occurs: exact while few are different.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "worker/engine/kernels/number_table.h"
#include "worker/engine/kernels/sketch_table.h"

namespace mote::engine {

// Exact for up to kNumbersMax different numbers, a sketch beyond, as ValueCounts; the
// order in which numbers come is of no account. Numbers wait until there are many: mostly
// it is then plain that they are too many to be counted one by one. Not thread-safe.
class NumberCounts {
 public:
  void Add(double number) {
    if (shift_ > 0) return sketch_.Add(NumberKey(number, kSketchShift), 1);
    if (waiting_.empty()) waiting_.reserve(kWaitingMax);
    waiting_.push_back(number);
    if (waiting_.size() >= kWaitingMax) Settle();
  }
  void Add(double number, int64_t count);

  // The rest looks at what still waits, too.
  void Settle();
  // Of the keys: 0, or kSketchShift.
  int shift() const { return shift_; }
  // Keys and counts, sorted. Settle was called last.
  std::vector<std::pair<int64_t, int64_t>> Entries() const;
  void clear();

 private:
  static constexpr size_t kWaitingMax = 16384;

  // False: perhaps after all.
  bool TooManyForSure() const;
  void CountExactly(double number, int64_t count);
  void Sketch();

  std::vector<double> waiting_;  // while exact
  NumberTable exact_;
  SketchTable sketch_;
  int shift_ = 0;
};

}  // namespace mote::engine
