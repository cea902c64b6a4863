#include "client/ledger/slot_tracks.h"

#include <algorithm>

#include "absl/time/time.h"
#include "client/text/quantities.h"

namespace mote::client {

SlotTracks SlotTracksOf(const std::vector<v1::LedgerEntry>& entries) {
  SlotTracks tracks;
  int64_t first = INT64_MAX;
  for (const v1::LedgerEntry& entry : entries) first = std::min(first, absl::ToUnixNanos(TimeOf(entry.started())));
  for (const v1::LedgerEntry& entry : entries) {
    const int64_t begin = absl::ToUnixNanos(TimeOf(entry.started())) - first;
    const int64_t slot_ns = entry.slot_time().seconds() * 1'000'000'000 + entry.slot_time().nanos();
    tracks[{entry.worker(), entry.slot()}].push_back({&entry, begin, begin + slot_ns});
  }
  for (auto& [slot, turns] : tracks) {
    std::stable_sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) { return a.end_ns < b.end_ns; });
    int64_t free = 0;
    for (Turn& turn : turns) {
      turn.begin_ns = std::max(turn.begin_ns, free);
      turn.end_ns = free = std::max(turn.end_ns, turn.begin_ns);
    }
  }
  return tracks;
}

}  // namespace mote::client
