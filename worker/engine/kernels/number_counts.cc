#include "worker/engine/kernels/number_counts.h"

#include <algorithm>
#include <bit>

namespace mote::engine {

void NumberCounts::Add(double number, int64_t count) {
  if (shift_ > 0) return sketch_.Add(NumberKey(number, kSketchShift), count);
  CountExactly(number, count);
}

void NumberCounts::CountExactly(double number, int64_t count) {
  exact_.Add(NumberKey(number, 0), count);
  if (exact_.size() > kNumbersMax) Sketch();
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

void NumberCounts::Settle() {
  if (shift_ == 0 && TooManyForSure()) Sketch();
  for (const double number : waiting_) Add(number, 1);
  waiting_.clear();
}

void NumberCounts::Sketch() {
  for (const auto& [key, count] : exact_.Entries()) sketch_.Add(key >> kSketchShift, count);
  exact_.clear();
  shift_ = kSketchShift;
}

std::vector<std::pair<int64_t, int64_t>> NumberCounts::Entries() const {
  if (shift_ > 0) return sketch_.Entries();
  std::vector<std::pair<int64_t, int64_t>> entries = exact_.Entries();
  std::sort(entries.begin(), entries.end());
  return entries;
}

void NumberCounts::clear() {
  waiting_.clear();
  exact_.clear();
  sketch_.clear();
  shift_ = 0;
}

}  // namespace mote::engine
