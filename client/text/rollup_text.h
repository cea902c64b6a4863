// What parts of a job cost: `mote cost --by`.
#pragma once

#include <string>
#include <vector>

#include "client/ledger/rollup.h"
#include "client/text/proto_json.h"

namespace mote::client {

// `by`: what the rows are of, for the heading: "worker".
std::string RollupText(const std::vector<Rollup>& rows, const std::string& by);
// Integer nanoseconds and bytes.
OrderedJson RollupJson(const std::vector<Rollup>& rows, const std::string& by);
std::string RollupCsv(const std::vector<Rollup>& rows, const std::string& by);

}  // namespace mote::client
