// Partials that only one worker had are gone: their tasks are run again, or, where these
// belong to an earlier step, the stage goes back (checkpoint.h).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// The worker is lost with all that it kept, apart from what it kept of the passes
// `kept`: of those that Hello does not name, a worker that came back has nothing.
void LoseOutputsOf(Transaction& tx, const std::string& worker, const std::set<PassId>& kept = {});

// Workers that alone have something, and must be there or be lost.
void ExpectHolders(State& state);

// Those of the passes that are over, so that a worker need not keep anything of them.
std::vector<PassId> PassesOver(const State& state, const std::vector<PassId>& passes);

// A task that reads partials could not have its input `missing` ("sha256:…") from
// anybody, again and again: nobody has it. Returns false when it is no such input.
bool LoseInput(Transaction& tx, JobId job, PassId pass, const std::string& missing);

}  // namespace mote::coordinator
