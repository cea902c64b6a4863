#include "coordinator/core/slot_health.h"

#include <algorithm>
#include <cmath>

namespace mote::coordinator {
namespace {

constexpr int kFailuresMin = 3;
constexpr double kUnlikely = 1e-6;
constexpr absl::Duration kCoolDownFirst = absl::Seconds(10);
constexpr absl::Duration kCoolDownMax = absl::Minutes(5);

}  // namespace

void SlotHealth::AddFailure(const Work& failed_work, const Outcomes& all, std::string failed_cause) {
  if (failures == 0 || work != failed_work) {
    failures = 0;
    work = failed_work;
    before = {all.commits, all.failures - 1};
  }
  ++failures;
  cause = std::move(failed_cause);
}

void SlotHealth::Forgive() { failures = std::max(0, failures - 1); }

bool SlotHealth::IsWorseThanOthers(const Outcomes& all) const {
  const auto commits = static_cast<double>(all.commits - before.commits);
  const auto others_failed = static_cast<double>(std::max<int64_t>(0, all.failures - before.failures - failures));
  if (failures < kFailuresMin || commits < 1) return false;
  // Laplace's rule of succession: few observations prove little.
  const double others_fail = (others_failed + 1) / (commits + others_failed + 2);
  return std::pow(others_fail, failures) < kUnlikely;
}

void SlotHealth::Exclude(absl::Time now) {
  cool_down = cool_down > absl::ZeroDuration() ? std::min(2 * cool_down, kCoolDownMax) : kCoolDownFirst;
  excluded = true;
  excluded_until = now + cool_down;
}

}  // namespace mote::coordinator
