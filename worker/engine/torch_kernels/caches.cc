#include "worker/engine/torch_kernels/caches.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {
absl::StatusOr<ArtifactRef> ArtifactInput(const PassSpec& pass, std::string_view name) {
  MOTE_ASSIGN_OR_RETURN(const Value* value, InputOf(pass, name));
  if (value->artifact.has_value()) return *value->artifact;
  return absl::InvalidArgumentError(
      absl::StrCat("pass of ", pass.kernel, ": input ", std::string(name), " is not an artifact"));
}

absl::StatusOr<std::shared_ptr<RowSource>> Caches::Rows(const PassSpec& pass, std::string_view name,
                                                        TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const Value* value, InputOf(pass, name));
  // Inline descriptors are their own key: comparing them costs less than a digest.
  std::string key = value->artifact.has_value() ? value->artifact->ToString() : value->bytes;
  if (std::shared_ptr<RowSource> known = rows_.Find(key)) return known;
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, RowSource::Open(*value, context));
  return rows_.Insert(std::move(key), std::move(rows));
}

absl::StatusOr<std::shared_ptr<Network>> Caches::Weights(const PassSpec& pass, std::string_view name,
                                                         const EngineOptions& options, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const ArtifactRef ref, ArtifactInput(pass, name));
  std::string key = absl::StrCat(ref.ToString(), " on ", options.device);
  if (std::shared_ptr<Network> known = weights_.Find(key)) return known;
  MOTE_ASSIGN_OR_RETURN(const TrainState state, ReadState(ref, StatePart::kWeights, context));
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<Network> network, Load(state, options, context));
  return weights_.Insert(std::move(key), std::move(network));
}

absl::StatusOr<std::shared_ptr<const TrainState>> Caches::State(const PendingUpdates& updates, TaskContext& context) {
  size_t taken = updates.gradients.size();
  std::shared_ptr<const TrainState> known = states_.Find(updates.keys[taken]);
  while (known == nullptr && taken > 0) known = states_.Find(updates.keys[--taken]);
  if (known != nullptr && taken == updates.gradients.size()) return known;
  TrainState state;
  if (known != nullptr) {
    state = *known;
  } else {
    MOTE_ASSIGN_OR_RETURN(state, ReadState(updates.state, StatePart::kAll, context));
  }
  for (; taken < updates.gradients.size(); ++taken) MOTE_RETURN_IF_ERROR(updates.Take(taken, context, &state));
  const size_t bytes = 3 * state.weights.size() * sizeof(float);
  return states_.Insert(updates.key(), std::make_shared<const TrainState>(std::move(state)), bytes);
}

absl::StatusOr<std::shared_ptr<Network>> Caches::Weights(const PendingUpdates& updates, const EngineOptions& options,
                                                         TaskContext& context) {
  std::string key = absl::StrCat(updates.key(), " on ", options.device);
  if (std::shared_ptr<Network> known = weights_.Find(key)) return known;
  MOTE_ASSIGN_OR_RETURN(const std::shared_ptr<const TrainState> state, State(updates, context));
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<Network> network, Load(*state, options, context));
  return weights_.Insert(std::move(key), std::move(network));
}

absl::StatusOr<std::unique_ptr<Network>> Caches::Load(const TrainState& state, const EngineOptions& options,
                                                      TaskContext& context) {
  const ScriptSpec* const script = state.spec.script();
  if (script == nullptr) return Network::Load(state, options.device, context);
  std::string key = absl::StrCat(script->file.ToString(), " on ", options.device);
  std::shared_ptr<Network> known = modules_.Find(key);
  if (known == nullptr || !(known->spec() == state.spec)) {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<Network> network, Network::Load(state, options.device, context));
    known = modules_.Insert(std::move(key), std::move(network));
  }
  return known->WithWeights(state, context);
}

std::shared_ptr<const Permutation> Caches::Order(int64_t rows, uint64_t seed) {
  std::string key = absl::StrCat(rows, " ", seed);
  if (std::shared_ptr<const Permutation> known = orders_.Find(key)) return known;
  const auto order = std::make_shared<Permutation>(rows, seed);
  order->Tabulate();
  return orders_.Insert(std::move(key), order);
}

absl::StatusOr<std::shared_ptr<ScriptModule>> Caches::Script(const PassSpec& pass, std::string_view name,
                                                             const std::string& file, const EngineOptions& options,
                                                             TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const ArtifactRef ref, ArtifactInput(pass, name));
  std::string key = absl::StrCat(ref.ToString(), " on ", options.device);
  if (std::shared_ptr<ScriptModule> known = scripts_.Find(key)) return known;
  MOTE_ASSIGN_OR_RETURN(const std::string bytes, ReadArtifact(ref, 0, -1, context));
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<ScriptModule> script, ScriptModule::Load(bytes, file, options.device));
  return scripts_.Insert(std::move(key), std::move(script));
}

}  // namespace mote::engine
