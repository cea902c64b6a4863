// Reuse: a stage that would compute what a complete one has computed takes its
// outputs instead of running (docs/adr/0012-a-stage-is-reused-whole.md).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "coordinator/core/state.h"

namespace mote::coordinator {

// What a stage computes: equal digests, equal outputs. Over tenant, operation,
// parameters, task shape, reducer, verification and inputs. Requires that its inputs
// are complete.
Digest DigestOfStage(const Job& job, int stage);

// The stage's inputs by parameter. Requires that they are complete.
std::map<std::string, Output> InputsOf(const Job& job, int stage);

// A complete stage whose outputs this one may take; nullopt: it has to run.
std::optional<StageRef> FindReusable(const State& state, const Job& job, int stage);

// Makes a complete stage known, unless its outputs are not those of every run:
// operations for trying the engine, absent tasks.
void IndexStage(State& state, Job& job, int stage);

}  // namespace mote::coordinator
