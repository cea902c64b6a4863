// What the control thread hands to the compute thread, in order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <variant>

#include "common/pass_spec.h"
#include "worker/engine/block_order.h"

namespace mote::engine {

struct DefinePass {
  uint64_t pass = 0;
  PassSpec spec;
};
struct DropPass {
  uint64_t pass = 0;
};
struct RunBlock {
  BlockOrder order;
  int64_t end_max = std::numeric_limits<int64_t>::max();  // shortened while it was queued
};
using WorkItem = std::variant<DefinePass, DropPass, RunBlock>;

// Thread-safe. Bounded by what the supervisor sends: a few leases per slot.
class WorkQueue {
 public:
  void Push(WorkItem item);
  // Waits for the next item; nullopt once closed. A RunBlock becomes the running
  // one until the next call, and `cancelled` is false again.
  std::optional<WorkItem> Pop();
  // True: the block was still queued and is forgotten. False: it is running, and
  // `cancelled` is now set, or it is not known.
  bool Cancel(uint64_t lease);
  // The block, queued or running, begins no task from `end` on. Unknown: ignored.
  void Shorten(uint64_t lease, int64_t end);
  void Close();

  // Set while the running block is to stop.
  const std::atomic<bool>& cancelled() const { return cancelled_; }
  // The running block begins no task from here on.
  const std::atomic<int64_t>& end_max() const { return end_max_; }

 private:
  std::deque<WorkItem>::iterator FindQueued(uint64_t lease);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<WorkItem> items_;
  std::optional<uint64_t> running_;  // the lease
  bool closed_ = false;
  std::atomic<bool> cancelled_ = false;
  std::atomic<int64_t> end_max_ = std::numeric_limits<int64_t>::max();
};

}  // namespace mote::engine
