// What the ledger is told of an attempt.
#pragma once

#include "coordinator/core/command.h"
#include "coordinator/core/ledger_entry.h"
#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Of an attempt that finished the tasks before `done_end` of its block; `slot_time` as it
// is believed. Nothing of it is settled yet: kWasted.
LedgerEntry EntryOf(const Transaction& tx, const WorkerReport& report, const Worker& worker, int slot, int64_t done_end,
                    absl::Duration slot_time);

// Of an attempt that will never report, or whose report will not count: its worker is gone,
// or another one was faster. `spent`: slot time that it took.
LedgerEntry EntryOfLost(const Transaction& tx, const LeaseToken& token, const std::string& worker, int slot,
                        absl::Duration spent);

}  // namespace mote::coordinator
