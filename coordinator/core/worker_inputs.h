// What a pass reads that workers alone have: where it lies, and what follows for where the
// pass may run. Nodes of a tree that it folds or finishes, and partials that stayed apart.
#pragma once

#include <string>
#include <vector>

#include "coordinator/core/effect.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// The pass whose tree a fold task or a task that finishes reads; null: it reads none.
const Pass* SourceOf(const Job& job, const Pass& pass);

// The nodes of that tree that it reads, wherever they lie.
std::vector<const Node*> TreeInputs(const Job& job, const Pass& pass);

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
