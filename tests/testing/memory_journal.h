// A journal in memory that fails when a test says so.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/journal/journal.h"

namespace mote::testing {

// Not thread-safe: as every journal, one thread at a time.
class MemoryJournal : public coordinator::Journal {
 public:
  using Events = std::vector<coordinator::Event>;

  // Every Append and Replace answers this while it is not OK, and is counted.
  absl::Status failure;
  int calls_after_failure = 0;
  // Called after each Replace that did not fail.
  std::function<void()> on_replaced = [] {};

  absl::Status Append(const Events& events) override {
    if (!failure.ok()) return Fail();
    tail_.insert(tail_.end(), events.begin(), events.end());
    return absl::OkStatus();
  }

  using Journal::Replay;
  absl::Status Replay(int64_t first, int64_t count,
                      const std::function<absl::Status(const coordinator::Event&)>& apply) override {
    const int64_t end = std::min(first + count, size().records());
    for (int64_t i = first; i < end; ++i) {
      const auto snapshots = static_cast<int64_t>(snapshot_.size());
      const absl::Status status =
          apply(i < snapshots ? snapshot_[static_cast<size_t>(i)] : tail_[static_cast<size_t>(i - snapshots)]);
      if (!status.ok()) return absl::DataLossError(absl::StrCat("event ", i, ": ", status.message()));
    }
    return absl::OkStatus();
  }

  absl::Status Replace(int64_t count, const Events& snapshot) override {
    if (!failure.ok()) return Fail();
    tail_.erase(tail_.begin(), tail_.begin() + (count - static_cast<int64_t>(snapshot_.size())));
    snapshot_ = snapshot;
    on_replaced();
    return absl::OkStatus();
  }

  // Bytes are not counted: each event is one.
  coordinator::JournalSize size() const override {
    const auto snapshots = static_cast<int64_t>(snapshot_.size()), tail = static_cast<int64_t>(tail_.size());
    return {snapshots, snapshots, tail, tail};
  }

 private:
  absl::Status Fail() {
    ++calls_after_failure;
    return failure;
  }

  Events snapshot_, tail_;
};

}  // namespace mote::testing
