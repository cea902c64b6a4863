#include "worker/engine/task_clock.h"

#include <fstream>
#include <string>

namespace mote::engine {
namespace {

// Over less time the two readings' own duration would show in the rate.
constexpr int64_t kRateAfterNs = 20'000'000;

bool KernelTrustsTheCounter() {
#if defined(__x86_64__)
  std::ifstream in("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  std::string source;
  return in >> source && source == "tsc";
#else
  return false;
#endif
}

uint64_t Ticks() {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return 0;
#endif
}

}  // namespace

TaskClock::TaskClock() : usable_(KernelTrustsTheCounter()) {
  first_ticks_ = Ticks();
  first_ns_ = wire::MonotonicNanoseconds();
}

void TaskClock::Align() {
  if (!usable_) return;
  aligned_ticks_ = Ticks();
  aligned_ns_ = wire::MonotonicNanoseconds();
  if (aligned_ns_ - first_ns_ < kRateAfterNs || aligned_ticks_ <= first_ticks_) return;
  scale_ = static_cast<uint64_t>((static_cast<Wide>(aligned_ns_ - first_ns_) << kScaleBits) /
                                 (aligned_ticks_ - first_ticks_));
}

}  // namespace mote::engine
