#include "coordinator/core/worker_inputs.h"

#include <algorithm>
#include <map>

#include "common/subtree.h"

namespace mote::coordinator {
namespace {

// So long a fold task waits for a slot where most of its inputs lie.
constexpr absl::Duration kPlacementPatience = absl::Milliseconds(200);

struct WorkerInput {
  const ArtifactRef& artifact;
  const std::string& holder;
};

std::vector<WorkerInput> WorkerInputs(const Job& job, const Pass& pass) {
  std::vector<WorkerInput> inputs;
  for (const Node* node : TreeInputs(job, pass)) {
    if (!node->holder.empty()) inputs.push_back({*node->artifact, node->holder});
  }
  const std::map<ArtifactRef, ApartNode>& apart = job.stages[pass.stage].apart;
  if (apart.empty()) return inputs;
  for (const auto& [name, value] : pass.spec->inputs) {
    const auto found = value.artifact ? apart.find(*value.artifact) : apart.end();
    if (found != apart.end()) inputs.push_back({found->first, found->second.holder});
  }
  return inputs;
}

std::string AwayHolder(const State& state, const std::vector<WorkerInput>& inputs) {
  for (const WorkerInput& input : inputs) {
    const Worker* holder = state.cluster.Find(input.holder);
    if (holder == nullptr || !holder->session) return input.holder;
  }
  return "";
}

}  // namespace

const Pass* SourceOf(const Job& job, const Pass& pass) {
  if (pass.folds) return &job.passes.at(pass.folds->pass);
  return pass.finishes ? &job.passes.at(*pass.finishes) : nullptr;
}

std::vector<const Node*> TreeInputs(const Job& job, const Pass& pass) {
  const Pass* source = SourceOf(job, pass);
  if (source == nullptr) return {};
  const Block whole = {RootLevel(source->spec->task_count), 0};
  return source->fold.Cover(pass.folds ? source->fold.Enclosing(pass.folds->block) : whole, Subtree::kNodesMax);
}

std::vector<ArtifactLocation> LocationsOf(const State& state, const Job& job, const Pass& pass) {
  std::vector<ArtifactLocation> locations;
  for (const WorkerInput& input : WorkerInputs(job, pass)) {
    const Worker* holder = state.cluster.Find(input.holder);
    if (holder != nullptr) locations.push_back({input.artifact, holder->blob_address});
  }
  return locations;
}

std::string AwayHolder(const State& state, const Job& job, const Pass& pass) {
  return AwayHolder(state, WorkerInputs(job, pass));
}

bool InputsAllow(const State& state, const Job& job, const Pass& pass, const Worker& worker, absl::Time now) {
  const std::vector<WorkerInput> inputs = WorkerInputs(job, pass);
  if (inputs.empty()) return true;
  if (!AwayHolder(state, inputs).empty()) return false;
  // What reads partials as it reads its rows runs everywhere; the clock may have been set back since.
  if (SourceOf(job, pass) == nullptr || absl::AbsDuration(now - pass.planned) >= kPlacementPatience) return true;
  std::map<std::string, int64_t> bytes;
  for (const WorkerInput& input : inputs) bytes[input.holder] += input.artifact.bytes;
  const auto most =
      std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const auto here = bytes.find(worker.name);
  if (here != bytes.end() && here->second == most->second) return true;
  return state.cluster.Find(most->first)->draining;
}

}  // namespace mote::coordinator
