// Kernel train.update: state r and the root of its gradients → state r+1.
//
// UpdateParameters {optimizer, clip: longest mean gradient, 0: any, epoch, step: for
// messages, from 1}. Inputs "root" and
// "state". One task; its leaf is {"state": artifact, "loss": sum over rows, "rows"}.
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/reducers/gradient_sum.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/pass_json.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/train_state.h"
#include "worker/engine/torch_kernels/train_step.h"

namespace mote::engine {
namespace {

struct UpdateParameters {
  Json optimizer;
  int64_t epoch = 0;
  int64_t step = 0;
  double clip = 0;
};

class UpdatePass final : public PassKernel {
 public:
  UpdatePass(UpdateParameters parameters, TrainStep step, Value root, const ArtifactRef& state)
      : parameters_(std::move(parameters)), step_(std::move(step)), root_(std::move(root)), state_(state) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const std::string root, ReadValue(root_, context));
    MOTE_ASSIGN_OR_RETURN(const GradientSums sums, DecodeGradients(root));
    MOTE_ASSIGN_OR_RETURN(TrainState state, ReadState(state_, StatePart::kAll, context));
    std::vector<float> gradient(sums.count());
    std::memcpy(gradient.data(), sums.values.data(), sums.values.size());
    MOTE_RETURN_IF_ERROR(step_.Take(std::move(gradient), sums.loss, sums.rows,
                                    absl::StrCat("epoch ", parameters_.epoch, ", step ", parameters_.step), &state));
    const ArtifactRef stored = StoreArtifact(state.Encode(), context.blobs());
    *partial = Json{{"state", stored.ToString()}, {"loss", sums.loss}, {"rows", sums.rows}}.dump();
    return absl::OkStatus();
  }

 private:
  const UpdateParameters parameters_;
  const TrainStep step_;
  const Value root_;
  const ArtifactRef state_;
};

class UpdateKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(UpdateParameters parameters, ReadParameters<UpdateParameters>(pass, [](const Json& json) {
                            return UpdateParameters{json.at("optimizer"), json.at("epoch").get<int64_t>(),
                                                    json.at("step").get<int64_t>(), json.at("clip").get<double>()};
                          }));
    MOTE_ASSIGN_OR_RETURN(Optimizer optimizer, Optimizer::FromJson(parameters.optimizer));
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef state, ArtifactInput(pass, "state"));
    MOTE_ASSIGN_OR_RETURN(const Value* root, InputOf(pass, "root"));
    TrainStep step{std::move(optimizer), parameters.clip};
    return std::make_unique<UpdatePass>(std::move(parameters), std::move(step), *root, state);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainUpdateKernel() { return std::make_unique<UpdateKernel>(); }

}  // namespace mote::engine
