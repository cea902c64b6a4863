#include "worker/engine/kernels/random_row.h"

#include <cmath>
#include <vector>

#include "common/philox.h"

namespace mote::engine {
namespace {

// Exponents are spread evenly over [-20, 20).
constexpr int kExponents = 40;

}  // namespace

Table RandomRow(int64_t values, uint64_t seed, int64_t task) {
  const Philox random(seed, static_cast<uint64_t>(task));
  std::vector<double> row(static_cast<size_t>(values));
  for (size_t i = 0; i < row.size(); ++i) {
    const int exponent = static_cast<int>(random.Uniform(2 * i + 1) * kExponents) - kExponents / 2;
    row[i] = std::ldexp(random.Uniform(2 * i) - 0.5, exponent);
  }
  TableBuilder builder(Schema{{{"result", DType::kF64, values}}});
  builder.AddF64s(row.data(), values);
  return builder.Take();
}

}  // namespace mote::engine
