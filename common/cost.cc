#include "common/cost.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/saturating.h"

namespace mote {

std::string_view Name(Phase phase) {
  switch (phase) {
    case Phase::kFetch:
      return "fetch";
    case Phase::kDecode:
      return "decode";
    case Phase::kToDevice:
      return "to device";
    case Phase::kCompute:
      return "compute";
    case Phase::kFromDevice:
      return "from device";
    case Phase::kEncode:
      return "encode";
    case Phase::kSend:
      return "send";
  }
  return "unknown phase";
}

int64_t Cost::mean_task_ns() const {
  if (tasks <= 0) return 0;
  int64_t busy = 0;
  for (const int64_t ns : phase_ns) busy = SaturatingAdd(busy, ns);
  return std::max<int64_t>(1, busy / tasks);
}

int64_t Cost::communication_ns() const {
  int64_t total = 0;
  for (const Phase phase : {Phase::kFetch, Phase::kToDevice, Phase::kFromDevice, Phase::kSend}) {
    total = SaturatingAdd(total, phase_ns[static_cast<size_t>(phase)]);
  }
  return total;
}

void Cost::Merge(const Cost& other) {
  tasks = SaturatingAdd(tasks, other.tasks);
  for (size_t i = 0; i < phase_ns.size(); ++i) phase_ns[i] = SaturatingAdd(phase_ns[i], other.phase_ns[i]);
  staged_bytes = SaturatingAdd(staged_bytes, other.staged_bytes);
  network_bytes = SaturatingAdd(network_bytes, other.network_bytes);
  task_ns.Merge(other.task_ns);
}

void AlphaFit::Add(double bytes, double seconds) {
  ++sums_.count;
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
  constexpr double z = 1.959963984540054, z3 = z * z * z, z5 = z3 * z * z;
  const double t = z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom);
  const double residual = std::max(0.0, sums_.yy - sums_.xy * (sums_.xy / sums_.xx));
  return t * std::sqrt(residual / freedom / sums_.xx);
}

}  // namespace mote
