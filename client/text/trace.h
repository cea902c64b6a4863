// A job's blocks over time, for `mote trace`: the JSON that Perfetto and chrome://tracing
// open (Trace Event Format).
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "mote/v1/job.pb.h"
#include "mote/v1/ledger.pb.h"

namespace mote::client {

// A track a slot, a slice an attempt, its phases below it, in the order in which data
// passes through them: how long each was busy, not when. Times from the first
// attempt on. Written piece by piece.
void WriteTrace(const v1::Job& job, const std::vector<v1::LedgerEntry>& entries,
                const std::function<void(std::string_view)>& write);

}  // namespace mote::client
