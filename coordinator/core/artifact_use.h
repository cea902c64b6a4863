// Which artifacts the state refers to, and the end of those that nothing refers to any
// more. Part of applying events: see apply.cc and restore.cc.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

void Use(State& state, const ArtifactRef& artifact);

// A user less. What nobody uses any more is collected some day (collect.h).
void Leave(State& state, const ArtifactRef& artifact);

// As Leave; the last user's leaving schedules the artifact's end. Only of what jobs compute
// on their way: a twin of an output may have been put long before its job counts as a user.
void Release(State& state, const ArtifactRef& artifact, absl::Time now);

// Artifacts of a step come into use before those of the last one leave it, so that one
// in both is never dropped.
void ReplaceArtifacts(State& state, std::vector<ArtifactRef>& held, const std::vector<ArtifactRef>& next,
                      absl::Time now);

// What a fold task or a finish reads, for as long as it is planned: partials that were
// in memory come into the store for it alone.
void UseInputs(State& state, const Pass& reader);
void ReleaseInputs(State& state, const Pass& reader, absl::Time now);

// A bundle's artifacts are in use for good.
absl::Status Publish(State& state, const BundlePublished& event);

std::vector<ArtifactRef> ArtifactsOf(const std::map<std::string, Output>& outputs);

// What a job brings with it: its inputs, and files that parameters name.
std::vector<ArtifactRef> ArtifactsOf(const JobSpec& spec);

}  // namespace mote::coordinator
