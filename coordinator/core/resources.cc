#include "coordinator/core/resources.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/core/open_slots.h"

namespace mote::coordinator {

bool Resources::FitDevice(const std::string& slot_device) const {
  return device.empty() || slot_device == device || absl::StartsWith(slot_device, device + ":");
}

bool Resources::FitSlot(const std::string& slot_device, int64_t slot_memory_bytes) const {
  const int64_t wanted_steps = memory_bytes / kMemoryStep + (memory_bytes % kMemoryStep != 0);
  return FitDevice(slot_device) && slot_memory_bytes / kMemoryStep >= wanted_steps;
}

bool Resources::FitLabels(const std::map<std::string, std::string>& worker_labels) const {
  return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
    const auto found = worker_labels.find(label.first);
    return found != worker_labels.end() && found->second == label.second;
  });
}

std::string Resources::ToString() const {
  std::vector<std::string> parts;
  if (!device.empty()) parts.push_back("device " + device);
  if (memory_bytes > 0) parts.push_back(absl::StrCat(memory_bytes >> 20, " MiB of memory"));
  for (const auto& [key, value] : labels) parts.push_back(absl::StrCat("label ", key, "=", value));
  if (parts.size() < 2) return absl::StrJoin(parts, "");
  const std::string last = parts.back();
  parts.pop_back();
  return absl::StrCat(absl::StrJoin(parts, ", "), " and ", last);
}

std::string Resources::Flags() const {
  std::vector<std::string> flags;
  // A kind of many: which one a worker takes is its own affair.
  const bool is_one = device == "cpu" || absl::StrContains(device, ':');
  if (!device.empty()) flags.push_back(is_one ? "--device " + device : "--device auto on a machine that has one");
  for (const auto& [key, value] : labels) {
    flags.insert(flags.begin(), absl::StrCat("--label ", key, "=", value));
  }
  return absl::StrJoin(flags, " ");
}

}  // namespace mote::coordinator
