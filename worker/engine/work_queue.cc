#include "worker/engine/work_queue.h"

#include <algorithm>
#include <utility>

namespace mote::engine {

void WorkQueue::Push(WorkItem item) {
  const std::lock_guard<std::mutex> lock(mutex_);
  items_.push_back(std::move(item));
  changed_.notify_one();
}

std::optional<WorkItem> WorkQueue::Pop() {
  std::unique_lock<std::mutex> lock(mutex_);
  running_.reset();
  changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
  if (closed_) return std::nullopt;
  WorkItem item = std::move(items_.front());
  items_.pop_front();
  if (const auto* block = std::get_if<RunBlock>(&item)) {
    running_ = block->order.lease;
    cancelled_.store(false, std::memory_order_relaxed);
    end_max_.store(block->end_max, std::memory_order_relaxed);
  }
  return item;
}

std::deque<WorkItem>::iterator WorkQueue::FindQueued(uint64_t lease) {
  return std::find_if(items_.begin(), items_.end(), [lease](const WorkItem& item) {
    const auto* block = std::get_if<RunBlock>(&item);
    return block != nullptr && block->order.lease == lease;
  });
}

bool WorkQueue::Cancel(uint64_t lease) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (running_ == lease) {
    cancelled_.store(true, std::memory_order_relaxed);
    return false;
  }
  const auto queued = FindQueued(lease);
  if (queued == items_.end()) return false;
  items_.erase(queued);
  return true;
}

void WorkQueue::Shorten(uint64_t lease, int64_t end) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (running_ == lease) {
    end_max_.store(end, std::memory_order_relaxed);
  } else if (const auto queued = FindQueued(lease); queued != items_.end()) {
    std::get<RunBlock>(*queued).end_max = end;
  }
}

void WorkQueue::Close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  cancelled_.store(true, std::memory_order_relaxed);
  changed_.notify_all();
}

}  // namespace mote::engine
