#include "coordinator/runtime/disk_watch.h"

#include <string>
#include <utility>

#include "spdlog/spdlog.h"

namespace mote::coordinator {

DiskWatch::DiskWatch(Look look, Post post, absl::Duration interval)
    : look_(std::move(look)), post_(std::move(post)), interval_(interval) {
  LookOnce();
  thread_ = std::thread([this] { LookForever(); });
}

DiskWatch::~DiskWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void DiskWatch::LookOnce() {
  const absl::StatusOr<DiskSpace> space = look_();
  if (!space.ok()) {
    spdlog::error("cannot tell how full the disk is: {}", std::string(space.status().message()));
    return;
  }
  // While it is low the core is told each time: people see how much is missing.
  if (!space->low() && !told_low_) return;
  if (!post_(DiskState{space->low(), space->free_bytes, space->reserve_bytes})) return;
  if (space->low() != told_low_) {
    spdlog::warn("the disk has {} MiB free, the reserve is {} MiB: {}", space->free_bytes >> 20,
                 space->reserve_bytes >> 20, space->low() ? "nothing new is leased" : "going on");
  }
  told_low_ = space->low();
}

void DiskWatch::LookForever() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, absl::ToChronoNanoseconds(interval_), [this] { return stopping_; })) {
    lock.unlock();
    LookOnce();
    lock.lock();
  }
}

}  // namespace mote::coordinator
