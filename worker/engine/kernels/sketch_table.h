// Counts of numbers by their key in a sketch (common/prepare/value_counts.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/prepare/value_counts.h"

namespace mote::engine {

// Keys of kSketchShift, in pages of one sign and exponent each: an addition finds its
// count without a search, and counts lie in the order of the keys. Columns of numbers
// need a few dozen pages of 4 KiB, at most 4,096. Not thread-safe.
class SketchTable {
 public:
  void Add(int64_t key, int64_t count) {
    const auto place = static_cast<size_t>(key + kKeysOfASign);
    uint16_t& page = page_of_[place / kPageKeys];
    if (page == 0) {
      pages_.emplace_back();
      page = static_cast<uint16_t>(pages_.size());
    }
    pages_[page - 1u][place % kPageKeys] += count;
  }

  // Sorted by key.
  std::vector<std::pair<int64_t, int64_t>> Entries() const {
    std::vector<std::pair<int64_t, int64_t>> entries;
    for (size_t i = 0; i < page_of_.size(); ++i) {
      if (page_of_[i] == 0) continue;
      const Page& page = pages_[page_of_[i] - 1u];
      const int64_t first = static_cast<int64_t>(i * kPageKeys) - kKeysOfASign;
      for (size_t k = 0; k < kPageKeys; ++k) {
        if (page[k] > 0) entries.emplace_back(first + static_cast<int64_t>(k), page[k]);
      }
    }
    return entries;
  }

  void clear() {
    pages_.clear();
    page_of_.fill(0);
  }

 private:
  static constexpr int kSignificandBits = 52 - kSketchShift;
  static constexpr size_t kPageKeys = size_t{1} << kSignificandBits;
  static constexpr int64_t kKeysOfASign = int64_t{1} << (11 + kSignificandBits);
  using Page = std::array<int64_t, kPageKeys>;

  std::vector<Page> pages_;
  std::array<uint16_t, 2 * kKeysOfASign / kPageKeys> page_of_{};  // + 1; 0: none
};

}  // namespace mote::engine
