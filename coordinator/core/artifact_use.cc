#include "coordinator/core/artifact_use.h"

#include "absl/strings/str_cat.h"

namespace mote::coordinator {

void Use(State& state, const ArtifactRef& artifact) { ++state.artifact_users[artifact]; }

void Leave(State& state, const ArtifactRef& artifact) {
  if (--state.artifact_users[artifact] <= 0) state.artifact_users.erase(artifact);
}

void Release(State& state, const ArtifactRef& artifact, absl::Time now) {
  Leave(state, artifact);
  if (!state.artifact_users.contains(artifact)) state.drops.emplace_back(now + state.options.drop_delay, artifact);
}

void ReplaceArtifacts(State& state, std::vector<ArtifactRef>& held, const std::vector<ArtifactRef>& next,
                      absl::Time now) {
  for (const ArtifactRef& artifact : next) Use(state, artifact);
  for (const ArtifactRef& artifact : held) Release(state, artifact, now);
  held = next;
}

void UseInputs(State& state, const Pass& reader) {
  if (!reader.folds && !reader.finishes) return;
  for (const auto& [name, value] : reader.spec->inputs) {
    if (value.artifact) Use(state, *value.artifact);
  }
}

void ReleaseInputs(State& state, const Pass& reader, absl::Time now) {
  if (!reader.folds && !reader.finishes) return;
  for (const auto& [name, value] : reader.spec->inputs) {
    if (value.artifact) Release(state, *value.artifact, now);
  }
}

absl::Status Publish(State& state, const BundlePublished& event) {
  const Bundle& bundle = event.bundle;
  if (state.bundles.Put(bundle)) {
    for (const ArtifactRef& artifact : ArtifactsOf(bundle.outputs)) Use(state, artifact);
  }
  Job* const job = state.FindJob(bundle.job);
  if (job == nullptr) return absl::OkStatus();  // a snapshot, which has them first
  if (event.stage < 0 || event.stage >= static_cast<int>(job->stages.size())) {
    return absl::FailedPreconditionError(absl::StrCat("bundle of unknown stage ", event.stage));
  }
  job->stages[event.stage].progress = absl::StrCat("published as ", NameOf(bundle));
  return absl::OkStatus();
}

namespace {

// Strings of a JSON text that name an artifact.
void AppendNamed(const std::string& json, std::vector<ArtifactRef>* artifacts) {
  for (size_t begin = json.find("\"sha256:"); begin != std::string::npos; begin = json.find("\"sha256:", begin + 1)) {
    const size_t end = json.find('"', begin + 1);
    const auto artifact = ArtifactRef::Parse(std::string_view(json).substr(begin + 1, end - begin - 1));
    if (artifact.ok()) artifacts->push_back(*artifact);
  }
}

}  // namespace

std::vector<ArtifactRef> ArtifactsOf(const JobSpec& spec) {
  std::vector<ArtifactRef> artifacts;
  for (const InputSpec& input : spec.inputs) {
    if (const auto artifact = ArtifactRef::Parse(input.artifact); artifact.ok()) artifacts.push_back(*artifact);
  }
  for (const StageSpec& stage : spec.stages) AppendNamed(stage.parameters, &artifacts);
  return artifacts;
}

std::vector<ArtifactRef> ArtifactsOf(const std::map<std::string, Output>& outputs) {
  std::vector<ArtifactRef> artifacts;
  for (const auto& [name, output] : outputs) {
    if (output.content.artifact) artifacts.push_back(*output.content.artifact);
    for (const SiteRows& site : output.sites) {
      if (site.content.artifact) artifacts.push_back(*site.content.artifact);
    }
  }
  return artifacts;
}

}  // namespace mote::coordinator
