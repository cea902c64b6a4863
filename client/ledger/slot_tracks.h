// Attempts as they followed each other on the slots.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mote/v1/ledger.pb.h"

namespace mote::client {

// An attempt's turn on its slot, in nanoseconds since the job's first one began.
struct Turn {
  const v1::LedgerEntry* entry = nullptr;
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
};

// How long the attempt held its slot; from 0 to 2^61, whatever the entry says.
int64_t SlotNanoseconds(const v1::LedgerEntry& entry);

// By worker and slot.
using SlotTracks = std::map<std::pair<std::string, int>, std::vector<Turn>>;

// Turns of one slot do not overlap: when a report arrived says less exactly when an
// attempt began than that a slot has one turn at a time. Points into `entries`.
SlotTracks SlotTracksOf(const std::vector<v1::LedgerEntry>& entries);

}  // namespace mote::client
