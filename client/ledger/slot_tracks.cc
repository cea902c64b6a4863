#include "client/ledger/slot_tracks.h"

#include <algorithm>

#include "absl/time/time.h"
#include "client/text/quantities.h"

namespace mote::client {
namespace {

// Differences and sums of a few such do not overflow, whatever a coordinator answers.
int64_t Bounded(int64_t ns) { return std::clamp<int64_t>(ns, 0, int64_t{1} << 61); }

int64_t StartOf(const v1::LedgerEntry& entry) { return Bounded(absl::ToUnixNanos(TimeOf(entry.started()))); }

}  // namespace

int64_t SlotNanoseconds(const v1::LedgerEntry& entry) {
  return Bounded(absl::ToInt64Nanoseconds(absl::Seconds(entry.slot_time().seconds()) +
                                          absl::Nanoseconds(entry.slot_time().nanos())));
}

int64_t FirstStart(const std::vector<v1::LedgerEntry>& entries) {
  int64_t first = INT64_MAX;
  for (const v1::LedgerEntry& entry : entries) first = std::min(first, StartOf(entry));
  return first;
}

SlotTracks SlotTracksOf(const std::vector<v1::LedgerEntry>& entries) {
  return SlotTracksOf(entries, FirstStart(entries));
}

SlotTracks SlotTracksOf(const std::vector<v1::LedgerEntry>& entries, int64_t origin_ns) {
  SlotTracks tracks;
  for (const v1::LedgerEntry& entry : entries) {
    const int64_t begin = StartOf(entry) - origin_ns;
    tracks[{entry.worker(), entry.slot()}].push_back({&entry, begin, begin + SlotNanoseconds(entry)});
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
