// Order statistics of counted values.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/prepare/value_counts.h"

namespace mote {

// The number at position `rank` of all, in their order. `values` is of the rung
// kNumbers and not empty.
double OrderStatistic(const ValueCounts& values, int64_t rank);

// Between order statistics in proportion, at position q·(count − 1) (type 7 of Hyndman
// and Fan, 1996: what R and NumPy do by default). 0 ≤ q ≤ 1; `count` of all values.
double Quantile(const ValueCounts& values, int64_t count, double q);

// The most frequent entry; the smallest of several.
template <class Entries>
const auto& Mode(const Entries& entries) {
  return std::max_element(entries.begin(), entries.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

}  // namespace mote
