// A count that several holders keep together: what one holds leaves the total with it.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace mote {

// One holder's part. A copy holds as much again. Not thread-safe, nor are holders of one
// total.
class SharedCount {
 public:
  // Without a total.
  SharedCount() = default;
  explicit SharedCount(std::shared_ptr<int64_t> total) : total_(std::move(total)) {}
  SharedCount(const SharedCount& other) : SharedCount(other.total_) { Add(other.held_); }
  SharedCount(SharedCount&& other) noexcept : total_(std::move(other.total_)), held_(std::exchange(other.held_, 0)) {}
  SharedCount& operator=(SharedCount other) noexcept {
    std::swap(total_, other.total_);
    std::swap(held_, other.held_);
    return *this;
  }
  ~SharedCount() { Add(-held_); }

  void Add(int64_t n) {
    held_ += n;
    if (total_) *total_ += n;
  }
  int64_t held() const { return held_; }

 private:
  std::shared_ptr<int64_t> total_;
  int64_t held_ = 0;
};

}  // namespace mote
