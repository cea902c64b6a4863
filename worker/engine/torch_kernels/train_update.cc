// Kernel train.update: state r and the root of its gradients → state r+1.
//
// UpdateParameters {optimizer, clip: longest mean gradient, 0: any, epoch, step: for
// messages, from 1}. Inputs "root" and
// "state". One task; its leaf is {"state": artifact, "loss": sum over rows, "rows"}.
#include <cmath>
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
#include "worker/engine/torch_kernels/optimizer.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {
namespace {

struct UpdateParameters {
  Json optimizer;
  int64_t epoch = 0;
  int64_t step = 0;
  double clip = 0;
};

// Shortens a gradient that is longer than `clip` (Euclidean, summed in the order of the
// weights in 64 bits, so that its bits are the same everywhere).
void Clip(double clip, std::vector<float>* gradient) {
  double squares = 0;
  for (const float value : *gradient) squares += static_cast<double>(value) * static_cast<double>(value);
  const double length = std::sqrt(squares);
  if (!(length > clip)) return;
  const auto factor = static_cast<float>(clip / length);
  for (float& value : *gradient) value *= factor;
}

// The gradient of the mean loss.
std::vector<float> Mean(const GradientSums& sums) {
  std::vector<float> mean(sums.count());
  std::memcpy(mean.data(), sums.gradients.data(), sums.gradients.size());
  const auto rows = static_cast<float>(sums.rows);
  for (float& value : mean) value /= rows;
  return mean;
}

bool AllFinite(const std::vector<float>& values) {
  for (const float value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

class UpdatePass final : public PassKernel {
 public:
  UpdatePass(UpdateParameters parameters, Optimizer optimizer, Value root, const ArtifactRef& state)
      : parameters_(std::move(parameters)), optimizer_(std::move(optimizer)), root_(std::move(root)), state_(state) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const std::string root, ReadValue(root_, context));
    MOTE_ASSIGN_OR_RETURN(const GradientSums sums, DecodeGradients(root));
    MOTE_ASSIGN_OR_RETURN(TrainState state, ReadState(state_, StatePart::kAll, context));
    if (sums.count() != static_cast<int64_t>(state.weights.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("a gradient of ", sums.count(), " numbers for ", state.weights.size(), " weights"));
    }
    const double loss = sums.loss / static_cast<double>(sums.rows);
    if (!std::isfinite(loss)) return Diverged(absl::StrCat("the loss is ", loss));
    std::vector<float> gradient = Mean(sums);
    if (parameters_.clip > 0) Clip(parameters_.clip, &gradient);
    optimizer_.Step(gradient, &state);
    if (!AllFinite(state.weights)) return Diverged(absl::StrCat("a weight is no finite number (loss ", loss, ")"));
    const ArtifactRef stored = StoreArtifact(state.Encode(), context.blobs());
    *partial = Json{{"state", stored.ToString()}, {"loss", sums.loss}, {"rows", sums.rows}}.dump();
    return absl::OkStatus();
  }

 private:
  absl::Status Diverged(const std::string& what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("training diverged in epoch ", parameters_.epoch, ", step ", parameters_.step, ": ", what,
                     "; lower the optimizer's lr=", optimizer_.lr, ", or look for very large values in the features"));
  }

  const UpdateParameters parameters_;
  const Optimizer optimizer_;
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
    const auto root = pass.inputs.find("root");
    if (root == pass.inputs.end()) return absl::InvalidArgumentError("pass of train.update has no input root");
    return std::make_unique<UpdatePass>(std::move(parameters), std::move(optimizer), root->second, state);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainUpdateKernel() { return std::make_unique<UpdateKernel>(); }

}  // namespace mote::engine
