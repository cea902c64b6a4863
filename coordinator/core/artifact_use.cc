#include "coordinator/core/artifact_use.h"

namespace mote::coordinator {

void Use(State& state, const ArtifactRef& artifact) { ++state.artifact_users[artifact]; }

void Release(State& state, const ArtifactRef& artifact, absl::Time now) {
  if (--state.artifact_users[artifact] > 0) return;
  state.artifact_users.erase(artifact);
  state.drops.emplace_back(now + state.options.drop_delay, artifact);
}

void ReplaceArtifacts(State& state, std::vector<ArtifactRef>& held, const std::vector<ArtifactRef>& next,
                      absl::Time now) {
  for (const ArtifactRef& artifact : next) Use(state, artifact);
  for (const ArtifactRef& artifact : held) Release(state, artifact, now);
  held = next;
}

std::vector<ArtifactRef> ArtifactsOf(const std::map<std::string, Output>& outputs) {
  std::vector<ArtifactRef> artifacts;
  for (const auto& [name, output] : outputs) {
    if (output.content.artifact) artifacts.push_back(*output.content.artifact);
  }
  return artifacts;
}

}  // namespace mote::coordinator
