// Kernel train.local: one part's steps of a round, from the state that all parts share.
//
// LocalParameters {parts: of the rows; first_step: of the round in the epoch, from 0;
// rates: the learning rate of each of its steps; batch_size; shuffle: seed of the epoch's
// order; optimizer; clip; class_weights: one a class, or none; mixed: precision; epoch: for messages, from
// 1}. Inputs "input" (x and label) and "state". Task p takes the steps of part p
// (common/row_parts.h, over positions in the epoch's order), fewer where its rows end.
// The leaf is a partial of the reducer state_sum: weights, then the moments that the
// optimizer uses, each times the rows that the part has learned from in this round.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/permutation.h"
#include "common/reducers/gradient_sum.h"
#include "common/row_parts.h"
#include "common/status_macros.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/labelled_batch.h"
#include "worker/engine/torch_kernels/torch_runtime.h"
#include "worker/engine/torch_kernels/train_state.h"
#include "worker/engine/torch_kernels/train_step.h"

namespace mote::engine {
namespace {

struct LocalParameters {
  int64_t parts = 1;
  int64_t first_step = 0;
  std::vector<double> rates;
  int64_t batch_size = 1;
  uint64_t shuffle = 0;
  Json optimizer;
  double clip = 0;
  std::vector<float> class_weights;
  Precision precision = Precision::kFull;
  int64_t epoch = 0;
};

LocalParameters ReadLocal(const Json& json) {
  LocalParameters parameters;
  json.at("parts").get_to(parameters.parts);
  json.at("first_step").get_to(parameters.first_step);
  json.at("rates").get_to(parameters.rates);
  json.at("batch_size").get_to(parameters.batch_size);
  json.at("shuffle").get_to(parameters.shuffle);
  json.at("clip").get_to(parameters.clip);
  json.at("class_weights").get_to(parameters.class_weights);
  if (json.at("mixed").get<bool>()) parameters.precision = Precision::kMixed;
  json.at("epoch").get_to(parameters.epoch);
  parameters.optimizer = json.at("optimizer");
  return parameters;
}

absl::Status CheckLocal(const LocalParameters& parameters, const PassSpec& pass, const ModelSpec& spec, int64_t rows) {
  const auto weights = static_cast<int64_t>(parameters.class_weights.size());
  const bool fits = parameters.parts > 0 && parameters.batch_size > 0 && parameters.first_step >= 0 &&
                    !parameters.rates.empty() && parameters.first_step <= rows / parameters.batch_size &&
                    pass.task_count <= parameters.parts && (weights == 0 || weights == spec.out());
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("parameters of train.local: ", pass.parameters,
                                                 " do not fit a table of ", rows, " rows and ", spec.out(),
                                                 " classes"));
}

// The state that a round begins with, on the host, and its weights on the device.
struct SharedState {
  TrainState state;
  std::unique_ptr<Network> network;
};

class LocalPass final : public PassKernel {
 public:
  LocalPass(LocalParameters parameters, TrainStep step, std::shared_ptr<RowSource> rows, SharedState shared,
            std::shared_ptr<const Permutation> order)
      : parameters_(std::move(parameters)),
        step_(std::move(step)),
        rows_(std::move(rows)),
        shared_(std::move(shared)),
        order_(std::move(order)) {}

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    const TaskRange part = RowParts{rows_->rows(), parameters_.parts}.Of(task);
    const int64_t first = part.begin + parameters_.first_step * parameters_.batch_size;
    if (first >= part.end) return absl::InvalidArgumentError(absl::StrCat("part ", task, " has no rows in this round"));
    TrainState state = shared_.state;
    double loss = 0;
    int64_t begin = first;
    for (size_t i = 0; i < parameters_.rates.size() && begin < part.end; ++i) {
      if (context.cancelled()) return absl::CancelledError("the lease was revoked");
      const int64_t end = std::min(begin + parameters_.batch_size, part.end);
      const std::string place = absl::StrCat("epoch ", parameters_.epoch, ", part ", task + 1, ", step ",
                                             parameters_.first_step + static_cast<int64_t>(i) + 1);
      MOTE_RETURN_IF_ERROR(Step({begin, end}, parameters_.rates[i], place, context, &state, &loss));
      begin = end;
    }
    *partial = Leaf(state, begin - first, loss);
    return absl::OkStatus();
  }

 private:
  // One step over the rows at these positions of the epoch's order.
  absl::Status Step(TaskRange positions, double rate, const std::string& place, TaskContext& context, TrainState* state,
                    double* loss) {
    MOTE_ASSIGN_OR_RETURN(const LabelledBatch batch,
                          ReadLabelled(*rows_, *order_, positions, shared_.state.spec, context));
    MOTE_RETURN_IF_ERROR(shared_.network->SetWeights(state->weights, context));
    MOTE_ASSIGN_OR_RETURN(LossGradient sums, shared_.network->Gradient(batch.x, batch.labels, parameters_.class_weights,
                                                                       parameters_.precision, context));
    TrainStep step = step_;
    step.optimizer.lr = rate;
    *loss += sums.loss;
    return step.Take(std::move(sums.gradient), sums.loss, positions.size(), place, state);
  }

  std::string Leaf(const TrainState& state, int64_t rows, double loss) const {
    std::vector<double> sums;
    const auto weight = static_cast<double>(rows);
    for (const std::vector<float>* values : state.Averaged(step_.optimizer.moments())) {
      for (const float value : *values) sums.push_back(weight * static_cast<double>(value));
    }
    return EncodeStates(rows, loss, sums.data(), static_cast<int64_t>(sums.size()));
  }

  const LocalParameters parameters_;
  const TrainStep step_;
  const std::shared_ptr<RowSource> rows_;
  const SharedState shared_;
  const std::shared_ptr<const Permutation> order_;
};

class LocalKernel final : public Kernel {
 public:
  explicit LocalKernel(std::shared_ptr<Caches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions& options,
                                                   TaskContext& context) override {
    MOTE_RETURN_IF_ERROR(StartTorch(options));
    MOTE_ASSIGN_OR_RETURN(LocalParameters parameters, ReadParameters<LocalParameters>(pass, ReadLocal));
    MOTE_ASSIGN_OR_RETURN(Optimizer optimizer, Optimizer::FromJson(parameters.optimizer));
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<RowSource> rows, caches_->Rows(pass, "input", context));
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef ref, ArtifactInput(pass, "state"));
    SharedState shared;
    MOTE_ASSIGN_OR_RETURN(shared.state, ReadState(ref, StatePart::kAll, context));
    MOTE_RETURN_IF_ERROR(CheckLocal(parameters, pass, shared.state.spec, rows->rows()));
    MOTE_ASSIGN_OR_RETURN(shared.network, Network::Load(shared.state, options.device, context));
    TrainStep step{std::move(optimizer), parameters.clip};
    std::shared_ptr<const Permutation> order = caches_->Order(rows->rows(), parameters.shuffle);
    return std::make_unique<LocalPass>(std::move(parameters), std::move(step), std::move(rows), std::move(shared),
                                       std::move(order));
  }

 private:
  const std::shared_ptr<Caches> caches_;
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainLocalKernel(std::shared_ptr<Caches> caches) {
  return std::make_unique<LocalKernel>(std::move(caches));
}

}  // namespace mote::engine
