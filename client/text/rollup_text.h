// What parts of jobs cost: `mote cost --by`.
#pragma once

#include <string>
#include <vector>

#include "client/ledger/rollup.h"
#include "client/text/proto_json.h"

namespace mote::client {

// `by`: what the rows are of, for the heading: "worker".
std::string RollupText(const std::vector<Rollup>& rows, const std::string& by);
// Integer nanoseconds and bytes; T' in seconds, null where it is not known, as the bill is.
OrderedJson RollupJson(const std::vector<Rollup>& rows, const std::string& by);
std::string RollupCsv(const std::vector<Rollup>& rows, const std::string& by);

// What the rows of these jobs leave out, a sentence each: jobs of which nothing ran, tasks
// that the ledger has lost, jobs without a price beside others.
std::vector<std::string> RollupNotes(const std::vector<JobRollup>& jobs);

}  // namespace mote::client
