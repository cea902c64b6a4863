// What bounds a job, in words and numbers: for `mote explain`.
#pragma once

#include <string>
#include <vector>

#include "client/ledger/time_use.h"
#include "client/text/proto_json.h"

namespace mote::client {

// A line a stage: "fit took 3.1 s on 2 slots and was bound by …", with what would help.
// Stages that took less than a hundredth of the longest are left out.
std::string TimeUseText(const std::vector<StageTime>& uses);

// [{"stage", "slots", "seconds", "bound_by", "shares": {"compute": 0.83, …}}]
OrderedJson TimeUseJson(const std::vector<StageTime>& uses);

}  // namespace mote::client
