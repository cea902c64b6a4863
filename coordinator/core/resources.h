// What a stage asks of the slots that run its tasks.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace mote::coordinator {

struct Resources {
  std::string device;                         // a kind, as "cuda", or one of a worker, as "cuda:0"; empty: any
  int64_t memory_bytes = 0;                   // that the slot has at least
  std::map<std::string, std::string> labels;  // that the worker was started with, these values among others
  bool operator==(const Resources&) const = default;

  bool any() const { return !device.empty() || memory_bytes > 0 || !labels.empty(); }
  bool FitDevice(const std::string& slot_device) const;
  // Memory is counted in whole steps of kMemoryStep (open_slots.h).
  bool FitSlot(const std::string& slot_device, int64_t slot_memory_bytes) const;
  bool FitLabels(const std::map<std::string, std::string>& worker_labels) const;

  // "device cuda, 8192 MiB of memory and label site=berlin"
  std::string ToString() const;
  // How to start a worker that has them: "--label site=berlin --device cuda:0".
  std::string Flags() const;
};

}  // namespace mote::coordinator
