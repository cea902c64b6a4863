// Kernel train.init: state 0, weights from the seed, or from a model in the input
// "start", or those that a module's file has, and moments zero.
//
// InitParameters {model: as ModelSpec's JSON, seed, features: names or []}.
// One task; its leaf is {"state": artifact}.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/network.h"
#include "worker/engine/torch_kernels/torch_runtime.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {
namespace {

struct InitParameters {
  Json model;
  uint64_t seed = 0;
  std::vector<std::string> features;
};

// The weights of a model that has to be of the same shape and features.
absl::StatusOr<std::vector<float>> StartWeights(const ArtifactRef& start, const ModelSpec& spec,
                                                const std::vector<std::string>& features, TaskContext& context) {
  const absl::StatusOr<TrainState> state = ReadState(start, StatePart::kWeights, context);
  if (!state.ok()) return absl::Status(state.status().code(), absl::StrCat("start: ", state.status().message()));
  if (!(state->spec == spec)) {
    return absl::InvalidArgumentError(absl::StrCat("start: its model is ", state->spec.ToJson().dump(),
                                                   " and this stage trains ", spec.ToJson().dump(),
                                                   "; give `model` the same shape, or leave start out"));
  }
  if (const std::string difference = FeatureDifference(state->features, features); !difference.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("start: its model does not fit the input: ", difference));
  }
  return state->weights;
}

class InitPass final : public PassKernel {
 public:
  InitPass(ModelSpec spec, InitParameters parameters, std::optional<ArtifactRef> start, std::string device)
      : spec_(std::move(spec)), parameters_(std::move(parameters)), start_(start), device_(std::move(device)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    TrainState state;
    state.spec = spec_;
    if (const ScriptSpec* const script = spec_.script()) {
      MOTE_ASSIGN_OR_RETURN(state, Network::FirstState(*script, device_, context));
    } else if (start_) {
      MOTE_ASSIGN_OR_RETURN(state.weights, StartWeights(*start_, spec_, parameters_.features, context));
    } else {
      state.weights = InitialWeights(std::get<MlpSpec>(spec_.kind), parameters_.seed);
    }
    state.first.assign(state.weights.size(), 0.0F);
    state.second.assign(state.weights.size(), 0.0F);
    const ArtifactRef stored = StoreArtifact(state.Encode(), context.blobs());
    *partial = Json{{"state", stored.ToString()}}.dump();
    return absl::OkStatus();
  }

 private:
  const ModelSpec spec_;
  const InitParameters parameters_;
  const std::optional<ArtifactRef> start_;
  const std::string device_;
};

class InitKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions& options,
                                                   TaskContext&) override {
    MOTE_RETURN_IF_ERROR(StartTorch(options));
    MOTE_ASSIGN_OR_RETURN(InitParameters parameters, ReadParameters<InitParameters>(pass, [](const Json& json) {
                            return InitParameters{json.at("model"), json.at("seed").get<uint64_t>(),
                                                  json.at("features").get<std::vector<std::string>>()};
                          }));
    MOTE_ASSIGN_OR_RETURN(ModelSpec spec, ModelSpec::FromJson(parameters.model));
    std::optional<ArtifactRef> start;
    if (pass.inputs.contains("start")) {
      MOTE_ASSIGN_OR_RETURN(start, ArtifactInput(pass, "start"));
    }
    return std::make_unique<InitPass>(std::move(spec), std::move(parameters), start, options.device);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainInitKernel() { return std::make_unique<InitKernel>(); }

}  // namespace mote::engine
