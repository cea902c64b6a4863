#include "common/alpha_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/student_t.h"

namespace mote {

void AlphaFit::Add(double bytes, double seconds) {
  ++sums_.count;
  sums_.x += bytes;
  sums_.xx += bytes * bytes;
  sums_.xy += bytes * seconds;
  sums_.yy += seconds * seconds;
}

double AlphaFit::alpha() const { return sums_.xx > 0 ? sums_.xy / sums_.xx : 0; }

// With α = Σxy / Σx² the residual Σ(y − αx)² is Σy² − (Σxy)² / Σx².
double AlphaFit::r_squared() const {
  return sums_.xx > 0 && sums_.yy > 0 ? (sums_.xy / sums_.xx) * (sums_.xy / sums_.yy) : 0;
}

double AlphaFit::alpha_error() const {
  const auto freedom = static_cast<double>(sums_.count - 1);
  if (freedom < 1 || sums_.xx <= 0) return std::numeric_limits<double>::infinity();
  const double residual = std::max(0.0, sums_.yy - sums_.xy * (sums_.xy / sums_.xx));
  return StudentT975(freedom) * std::sqrt(residual / freedom / sums_.xx);
}

}  // namespace mote
