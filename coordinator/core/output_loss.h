// Partials that only one worker had are gone: their tasks are run again.
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

// A task that folds or finishes could not have its input `missing` ("sha256:…") from
// anybody, again and again: nobody has it. Returns false when it is no such input.
bool LoseInput(Transaction& tx, JobId job, PassId pass, const std::string& missing);

// Where the inputs of a pass lie that are not at the coordinator.
std::vector<ArtifactLocation> LocationsOf(const State& state, const Job& job, const Pass& pass);

// A worker that alone has an input of the pass and is away: it comes back, or its
// outputs are lost. Empty: there is none.
std::string AwayHolder(const State& state, const Job& job, const Pass& pass);

// Whether a task that reads partials should run on this worker now: where most of
// them lie, or after a short wait anywhere, provided that everyone who keeps one of
// them is there. True for all other passes.
bool InputsAllow(const State& state, const Job& job, const Pass& pass, const Worker& worker, absl::Time now);

}  // namespace mote::coordinator
