#include "common/link_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/student_t.h"

namespace mote {
namespace {

constexpr int kParameters = 3;  // α_S, α_C, latency: in the order in which they are told
constexpr int kObserved = kParameters;
// A column whose part that earlier columns do not explain is smaller than this (of its
// square sum) is taken to be a combination of them.
constexpr double kToleranceMin = 1e-9;

using Matrix = std::array<std::array<double, kParameters + 1>, kParameters + 1>;

// Makes column k a solved parameter: its row's last entry is the estimate, the diagonal
// one of the inverse, and the last diagonal entry the residual's square sum.
void Sweep(int k, Matrix& m) {
  const double pivot = m[k][k];
  for (double& entry : m[k]) entry /= pivot;
  for (int i = 0; i <= kParameters; ++i) {
    if (i == k) continue;
    const double factor = m[i][k];
    for (int j = 0; j <= kParameters; ++j) m[i][j] -= factor * m[k][j];
    m[i][k] = -factor / pivot;
  }
  m[k][k] = 1 / pivot;
}

}  // namespace

void LinkModel::Add(double staged_bytes, double network_bytes, double seconds) {
  const double c = staged_bytes, s = network_bytes, y = seconds;
  ++sums_.count;
  sums_.c += c;
  sums_.s += s;
  sums_.y += y;
  sums_.cc += c * c;
  sums_.cs += c * s;
  sums_.ss += s * s;
  sums_.cy += c * y;
  sums_.sy += s * y;
  sums_.yy += y * y;
}

LinkModel::Parameters LinkModel::Solve() const {
  const Sums& x = sums_;
  const double n = static_cast<double>(x.count);
  Matrix m = {{{x.ss, x.cs, x.s, x.sy}, {x.cs, x.cc, x.c, x.cy}, {x.s, x.c, n, x.y}, {x.sy, x.cy, x.y, x.yy}}};
  // To a diagonal of ones: bytes and counts are of very different sizes.
  std::array<double, kParameters + 1> scale;
  for (int i = 0; i <= kParameters; ++i) scale[i] = m[i][i] > 0 ? std::sqrt(m[i][i]) : 1;
  for (int i = 0; i <= kParameters; ++i) {
    for (int j = 0; j <= kParameters; ++j) m[i][j] /= scale[i] * scale[j];
  }
  std::array<bool, kParameters> told{};
  int told_count = 0;
  for (int k = 0; k < kParameters && told_count < x.count; ++k) {
    told[k] = m[k][k] > kToleranceMin;
    if (!told[k]) continue;
    Sweep(k, m);
    ++told_count;
  }
  const double freedom = n - told_count;
  const double variance = freedom >= 1 ? std::max(0.0, m[kObserved][kObserved]) / freedom : 0;
  const auto estimate = [&](int k) {
    if (!told[k]) return Estimate{};
    Estimate found{m[k][kObserved] * scale[kObserved] / scale[k]};
    if (freedom >= 1) found.error = StudentT975(freedom) * std::sqrt(variance * m[k][k]) * scale[kObserved] / scale[k];
    return found;
  };
  // The observed column was scaled so that Σ y² is 1.
  const double r_squared = x.yy > 0 ? 1 - std::max(0.0, m[kObserved][kObserved]) : 0;
  return {estimate(2), estimate(1), estimate(0), r_squared};
}

}  // namespace mote
