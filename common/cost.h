// What tasks cost: rolled up per block by engines, added up by the coordinator.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/histogram.h"

namespace mote {

// Phases of a task, in the order in which data passes through them.
enum class Phase { kFetch, kDecode, kToDevice, kCompute, kFromDevice, kEncode, kSend };
inline constexpr int kPhaseCount = 7;
std::string_view Name(Phase phase);  // "to device"

// Integer nanoseconds and bytes, so that sums do not depend on their order.
struct Cost {
  int64_t tasks = 0;
  std::array<int64_t, kPhaseCount> phase_ns{};  // busy time
  int64_t staged_bytes = 0;                     // C: to and from the device
  int64_t network_bytes = 0;                    // S: over the network
  Histogram task_ns;                            // one entry per task: its wall time
  int64_t memory_bytes = 0;                     // the most that an engine had resident at once; 0: not known

  int64_t compute_ns() const { return phase_ns[static_cast<int>(Phase::kCompute)]; }
  // Mean busy time of a task over all phases, at least 1 ns; 0 while there is no task.
  int64_t mean_task_ns() const;
  // Fetch, transfers and send: what α·(C+S) predicts.
  int64_t communication_ns() const;
  void Merge(const Cost& other);
  bool operator==(const Cost&) const = default;
};

}  // namespace mote
