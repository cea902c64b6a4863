#include "common/reducers/roc_auc.h"

#include <algorithm>
#include <cstdint>

#include "absl/numeric/int128.h"

namespace mote {

std::optional<double> RocAuc(std::vector<double>& positives, std::vector<double>& negatives) {
  if (positives.empty() || negatives.empty()) return std::nullopt;
  std::sort(positives.begin(), positives.end());
  std::sort(negatives.begin(), negatives.end());
  absl::uint128 twice = 0;  // 2U: two for each negative below a positive, one for each equal to it
  auto below = negatives.begin(), not_above = negatives.begin();
  for (const double score : positives) {
    while (below != negatives.end() && *below < score) ++below;
    while (not_above != negatives.end() && *not_above <= score) ++not_above;
    twice += static_cast<uint64_t>(below - negatives.begin()) + static_cast<uint64_t>(not_above - negatives.begin());
  }
  const absl::uint128 pairs = absl::uint128(positives.size()) * negatives.size();
  return static_cast<double>(twice) / static_cast<double>(2 * pairs);
}

}  // namespace mote
