#include "worker/engine/kernels/number_counts.h"

#include <algorithm>
#include <bit>

namespace mote::engine {

void NumberCounts::Add(double number, int64_t count) {
  if (shift_ == kSketchShift) return sketch_.Add(NumberKey(number, kSketchShift), count);
  Count(NumberKey(number, shift_), count);
}

void NumberCounts::Count(int64_t key, int64_t count) {
  table_.Add(key, count);
  if (table_.size() > kNumbersMax) Fit();
}

// Each different hash of 16 bits is a different number at least.
bool NumberCounts::TooManyForSure() const {
  if (waiting_.size() <= kNumbersMax) return false;
  std::vector<uint64_t> seen(1 << 10);
  size_t different = 0;
  for (const double number : waiting_) {
    const uint64_t hash = std::bit_cast<uint64_t>(number) * 0x9e3779b97f4a7c15 >> 48;
    const uint64_t bit = uint64_t{1} << (hash & 63);
    uint64_t& word = seen[hash >> 6];
    different += (word & bit) == 0;
    word |= bit;
    if (different > kNumbersMax) return true;
  }
  return false;
}

// Numbers that are counted already make no fewer buckets.
bool NumberCounts::SketchWaiting() {
  for (const double number : waiting_) sketch_.Add(NumberKey(number, kSketchShift), 1);
  if (sketch_.Entries().size() < kSketchLeast) {
    sketch_.clear();
    return false;
  }
  for (const auto& [key, count] : table_.Entries()) sketch_.Add(key >> kSketchShift, count);
  table_.clear();
  shift_ = kSketchShift;
  return true;
}

void NumberCounts::Settle() {
  if (shift_ > 0 || !TooManyForSure() || !SketchWaiting()) {
    for (const double number : waiting_) Add(number, 1);
  }
  waiting_.clear();
  if (shift_ > 0 && shift_ < kSketchShift) Fit();
}

void NumberCounts::Fit() {
  NumberEntries entries = table_.Entries();
  std::sort(entries.begin(), entries.end());
  const int fitting = FittingShift(entries, shift_);
  if (fitting == shift_) return;
  table_.clear();
  for (const auto& [key, count] : entries) {
    // An arithmetic shift rounds down, which keeps negative keys in step.
    const int64_t shorter = key >> (fitting - shift_);
    fitting == kSketchShift ? sketch_.Add(shorter, count) : table_.Add(shorter, count);
  }
  shift_ = fitting;
}

NumberEntries NumberCounts::Entries() const {
  if (shift_ == kSketchShift) return sketch_.Entries();
  NumberEntries entries = table_.Entries();
  std::sort(entries.begin(), entries.end());
  return entries;
}

void NumberCounts::clear() {
  waiting_.clear();
  table_.clear();
  sketch_.clear();
  shift_ = 0;
}

}  // namespace mote::engine
