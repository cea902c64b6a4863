#include "coordinator/runtime/snapshotter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/status_macros.h"
#include "coordinator/core/snapshot.h"

namespace mote::coordinator {

Snapshotter::Snapshotter(Options options, CoreOptions core_options, const PlannerTable& planners, Journal& journal)
    : options_(options), core_options_(core_options), planners_(planners), journal_(journal) {}

bool Snapshotter::due() const {
  const JournalSize size = journal_.size();
  const bool grown = size.tail_records >= options_.tail_records_min || size.tail_bytes >= options_.tail_bytes_min;
  return grown && size.tail_bytes >= size.snapshot_bytes;
}

bool Snapshotter::busy() const { return replica_ != nullptr || due(); }

absl::Status Snapshotter::Work(absl::Time now) {
  if (!busy()) return absl::OkStatus();
  if (replica_ == nullptr) {
    replica_ = std::make_unique<Core>(core_options_, planners_);
    replayed_ = 0;
    until_ = journal_.size().records();
  }
  const int64_t slice = std::min(options_.slice_records, until_ - replayed_);
  MOTE_RETURN_IF_ERROR(
      journal_.Replay(replayed_, slice, [this](const Event& event) { return replica_->Replay(event); }));
  replayed_ += slice;
  if (replayed_ < until_) return absl::OkStatus();
  const std::vector<Event> snapshot = SnapshotOf(replica_->state(), now);
  replica_.reset();
  return journal_.Replace(until_, snapshot);
}

}  // namespace mote::coordinator
