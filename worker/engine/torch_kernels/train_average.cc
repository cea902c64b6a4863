// Kernel train.average: state r and the root of what its parts have made of it → state
// r+1, the mean over the rows that they learned from (McMahan et al. 2017: Federated
// Averaging). Moments are averaged like weights: momentum that way keeps the linear
// speed-up of local SGD (Yu, Jin and Yang 2019), and second moments that parts do not
// share can keep local Adam from converging (Chen, Li and Li 2020).
//
// AverageParameters {optimizer, lr of its last step included; roots: how many there are, of
// parts whose rows stay at workers one of each; steps: that the largest part took; epoch,
// round: for messages, from 1}. Inputs "root0", "root1", … and "state". One task; its leaf
// is {"state": artifact, "losses": [sum over rows], "rows": [count]}.
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
#include "worker/engine/pass_parts.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/train_state.h"
#include "worker/engine/torch_kernels/train_step.h"

namespace mote::engine {
namespace {

struct AverageParameters {
  Json optimizer;
  int64_t roots = 0;
  int64_t steps = 0;
  int64_t epoch = 0;
  int64_t round = 0;
};

AverageParameters ReadAverage(const Json& json) {
  return {json.at("optimizer"), json.at("roots").get<int64_t>(), json.at("steps").get<int64_t>(),
          json.at("epoch").get<int64_t>(), json.at("round").get<int64_t>()};
}

// Replaces what is averaged by the sums over the rows.
absl::Status TakeMean(const StateSums& sums, int moments, TrainState* state) {
  const std::vector<std::vector<float>*> averaged = state->Averaged(moments);
  const auto weights = static_cast<int64_t>(state->weights.size());
  if (sums.count() != weights * static_cast<int64_t>(averaged.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("sums of ", sums.count(), " numbers for ", weights, " weights, with ", moments, " moments each"));
  }
  const char* at = sums.values.data();
  const auto rows = static_cast<double>(sums.rows);
  for (std::vector<float>* values : averaged) {
    for (float& value : *values) {
      double sum;
      std::memcpy(&sum, at, sizeof(sum));
      at += sizeof(sum);
      value = static_cast<float>(sum / rows);
    }
  }
  return absl::OkStatus();
}

class AveragePass final : public PassKernel {
 public:
  AveragePass(AverageParameters parameters, Optimizer optimizer, std::vector<Value> roots, const ArtifactRef& state)
      : parameters_(std::move(parameters)), optimizer_(std::move(optimizer)), roots_(std::move(roots)), state_(state) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const std::string root, Root(context));
    MOTE_ASSIGN_OR_RETURN(const StateSums sums, DecodeStates(root));
    MOTE_ASSIGN_OR_RETURN(TrainState state, ReadState(state_, StatePart::kAll, context));
    MOTE_RETURN_IF_ERROR(TakeMean(sums, optimizer_.moments(), &state));
    state.step += parameters_.steps;
    MOTE_RETURN_IF_ERROR(CheckConverges(state, sums.loss / static_cast<double>(sums.rows),
                                        absl::StrCat("epoch ", parameters_.epoch, ", round ", parameters_.round),
                                        optimizer_.lr));
    const ArtifactRef stored = StoreArtifact(state.Encode(), context.blobs());
    *partial = Json{{"state", stored.ToString()}, {"losses", {sums.loss}}, {"rows", {sums.rows}}}.dump();
    return absl::OkStatus();
  }

 private:
  // Of all parts, in the order of the roots.
  absl::StatusOr<std::string> Root(TaskContext& context) const {
    MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Reducer> reducer, MakeReducer("state_sum", Json::object()));
    std::string sum;
    for (const Value& value : roots_) {
      MOTE_ASSIGN_OR_RETURN(std::string root, ReadValue(value, context));
      if (sum.empty()) {
        sum = std::move(root);
      } else {
        MOTE_RETURN_IF_ERROR(reducer->Validate(root));
        MOTE_RETURN_IF_ERROR(reducer->Combine(sum, root, context.blobs()));
      }
    }
    return sum;
  }

  const AverageParameters parameters_;
  const Optimizer optimizer_;
  const std::vector<Value> roots_;
  const ArtifactRef state_;
};

class AverageKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(AverageParameters parameters, ReadParameters<AverageParameters>(pass, ReadAverage));
    MOTE_ASSIGN_OR_RETURN(Optimizer optimizer, Optimizer::FromJson(parameters.optimizer));
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef state, ArtifactInput(pass, "state"));
    std::vector<Value> roots;
    for (int64_t i = 0; i < parameters.roots; ++i) {
      MOTE_ASSIGN_OR_RETURN(const Value* const root, InputOf(pass, absl::StrCat("root", i)));
      roots.push_back(*root);
    }
    return std::make_unique<AveragePass>(std::move(parameters), std::move(optimizer), std::move(roots), state);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainAverageKernel() { return std::make_unique<AverageKernel>(); }

}  // namespace mote::engine
