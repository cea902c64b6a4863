#include "common/prepare/quantiles.h"

#include <cmath>

namespace mote {

double OrderStatistic(const ValueCounts& values, int64_t rank) {
  for (const auto& [key, count] : values.numbers) {
    if (rank < count) return KeyNumber(key, values.shift);
    rank -= count;
  }
  return KeyNumber(values.numbers.back().first, values.shift);
}

double Quantile(const ValueCounts& values, int64_t count, double q) {
  const double position = q * static_cast<double>(count - 1);
  const auto below = static_cast<int64_t>(position);
  const double fraction = position - static_cast<double>(below);
  const double low = OrderStatistic(values, below);
  return fraction == 0 ? low : low + (OrderStatistic(values, below + 1) - low) * fraction;
}

}  // namespace mote
