#include "common/cost.h"

#include <algorithm>

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
  memory_bytes = std::max(memory_bytes, other.memory_bytes);
}

}  // namespace mote
