// Kernel train.init: state 0, weights from the seed and moments zero.
//
// Parameters {model: {kind, in, hidden, out, activation}, seed}. One task; its leaf
// is {"state": artifact}.
#include <string>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/pass_json.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {
namespace {

struct Parameters {
  Json model;
  uint64_t seed = 0;
};

class InitPass final : public PassKernel {
 public:
  InitPass(MlpSpec spec, uint64_t seed) : spec_(std::move(spec)), seed_(seed) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    TrainState state;
    state.spec = spec_;
    state.weights = InitialWeights(spec_, seed_);
    state.first.assign(state.weights.size(), 0.0F);
    state.second.assign(state.weights.size(), 0.0F);
    const ArtifactRef stored = StoreArtifact(state.Encode(), context.blobs());
    *partial = Json{{"state", stored.ToString()}}.dump();
    return absl::OkStatus();
  }

 private:
  const MlpSpec spec_;
  const uint64_t seed_;
};

class InitKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(const Parameters parameters, ReadParameters<Parameters>(pass, [](const Json& json) {
                            return Parameters{json.at("model"), json.at("seed").get<uint64_t>()};
                          }));
    MOTE_ASSIGN_OR_RETURN(MlpSpec spec, MlpSpec::FromJson(parameters.model));
    return std::make_unique<InitPass>(std::move(spec), parameters.seed);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainInitKernel() { return std::make_unique<InitKernel>(); }

}  // namespace mote::engine
