// Where the numbers of each feature are cut into bins: what tree models see of them.
//
// A number x of a feature with ascending edges e lies in bin |{i : e_i < x}|, so
// "bin ≤ b" and "x ≤ e_b" say the same. At most 256 bins, so a bin is one byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace mote {

inline constexpr int64_t kBinsMax = 256;
// A node of a tree names its feature in 16 bits.
inline constexpr int64_t kTreeFeaturesMax = 65000;

struct BinEdges {
  std::vector<std::vector<float>> features;  // finite, strictly ascending, at most 255 each

  bool operator==(const BinEdges&) const = default;
  // `value`: finite.
  static uint8_t Bin(const std::vector<float>& edges, float value);
  int64_t bins(size_t feature) const { return static_cast<int64_t>(features[feature].size()) + 1; }

  std::string Encode() const;
  // InvalidArgument: not encoded edges.
  static absl::StatusOr<BinEdges> Decode(std::string_view bytes);
};

// How often a number occurs.
struct CountedValue {
  float value = 0;
  int64_t count = 0;
  bool operator==(const CountedValue&) const = default;
};

// Edges for at most `bins` bins from values in ascending order: half-way between any
// two neighbours where there are no more values than bins, else at the quantiles
// k/bins, half-way to the next value.
std::vector<float> FitEdges(const std::vector<CountedValue>& values, int64_t bins);

}  // namespace mote
