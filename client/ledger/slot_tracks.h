// Attempts as they followed each other on the slots.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mote/v1/ledger.pb.h"

namespace mote::client {

// An attempt's turn on its slot, in nanoseconds since some origin.
struct Turn {
  const v1::LedgerEntry* entry = nullptr;
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
};

// How long the attempt held its slot; from 0 to 2^61, whatever the entry says.
int64_t SlotNanoseconds(const v1::LedgerEntry& entry);

// By worker and slot.
using SlotTracks = std::map<std::pair<std::string, int>, std::vector<Turn>>;

// When the first attempt began, in Unix nanoseconds; INT64_MAX without one.
int64_t FirstStart(const std::vector<v1::LedgerEntry>& entries);

// Since `origin_ns`, in Unix nanoseconds; what was before is cut off. Turns of one slot do not
// overlap: when a report arrived says less exactly when an attempt began than that a slot has
// one turn at a time. Points into `entries`.
SlotTracks SlotTracksOf(const std::vector<v1::LedgerEntry>& entries, int64_t origin_ns);
// Since the first attempt began.
SlotTracks SlotTracksOf(const std::vector<v1::LedgerEntry>& entries);

}  // namespace mote::client
