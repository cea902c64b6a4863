// Kernel train.gradient: loss and gradient of one task's rows of a step's batch, as
// sums, in one forward and backward pass.
//
// GradientParameters {begin, end: positions of the batch in the epoch's order; rows_per_task;
// shuffle: seed of that order; class_weights: one a class, or none; mixed: precision}, and what
// PendingUpdates has. Input "input" (x and label). The leaf is a partial of the reducer gradient_sum.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/permutation.h"
#include "common/reducers/gradient_sum.h"
#include "common/status_macros.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/labelled_batch.h"
#include "worker/engine/torch_kernels/pending_updates.h"
#include "worker/engine/torch_kernels/torch_runtime.h"

namespace mote::engine {
namespace {

struct GradientParameters {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t rows_per_task = 1;
  uint64_t shuffle = 0;
  std::vector<float> class_weights;
  Precision precision = Precision::kFull;
};

GradientParameters Read(const Json& json) {
  GradientParameters parameters;
  json.at("begin").get_to(parameters.begin);
  json.at("end").get_to(parameters.end);
  json.at("rows_per_task").get_to(parameters.rows_per_task);
  json.at("shuffle").get_to(parameters.shuffle);
  json.at("class_weights").get_to(parameters.class_weights);
  if (json.at("mixed").get<bool>()) parameters.precision = Precision::kMixed;
  return parameters;
}

absl::Status Check(const GradientParameters& parameters, const PassSpec& pass, const ModelSpec& spec, int64_t rows) {
  const auto weights = static_cast<int64_t>(parameters.class_weights.size());
  if (parameters.begin >= 0 && parameters.begin < parameters.end && parameters.end <= rows &&
      parameters.rows_per_task > 0 && (weights == 0 || weights == spec.out())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("parameters of train.gradient: ", pass.parameters,
                                                 " do not fit a table of ", rows, " rows and ", spec.out(),
                                                 " classes"));
}

class GradientPass final : public PassKernel {
 public:
  GradientPass(GradientParameters parameters, std::shared_ptr<RowSource> rows, std::shared_ptr<Network> network,
               std::shared_ptr<const Permutation> order)
      : parameters_(std::move(parameters)),
        rows_(std::move(rows)),
        network_(std::move(network)),
        order_(std::move(order)) {}

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    const int64_t begin = parameters_.begin + task * parameters_.rows_per_task;
    const int64_t end = std::min(begin + parameters_.rows_per_task, parameters_.end);
    if (begin >= end) return absl::InvalidArgumentError(absl::StrCat("the batch has no task ", task));
    MOTE_ASSIGN_OR_RETURN(const LabelledBatch batch,
                          ReadLabelled(*rows_, *order_, {begin, end}, network_->spec(), context));
    MOTE_ASSIGN_OR_RETURN(const LossGradient sums, network_->Gradient(batch.x, batch.labels, parameters_.class_weights,
                                                                      parameters_.precision, context));
    *partial =
        EncodeGradients(end - begin, sums.loss, sums.gradient.data(), static_cast<int64_t>(sums.gradient.size()));
    return absl::OkStatus();
  }

 private:
  const GradientParameters parameters_;
  const std::shared_ptr<RowSource> rows_;
  const std::shared_ptr<Network> network_;
  const std::shared_ptr<const Permutation> order_;
};

class GradientKernel final : public Kernel {
 public:
  explicit GradientKernel(std::shared_ptr<Caches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions& options,
                                                   TaskContext& context) override {
    MOTE_RETURN_IF_ERROR(StartTorch(options));
    MOTE_ASSIGN_OR_RETURN(GradientParameters parameters, ReadParameters<GradientParameters>(pass, Read));
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<RowSource> rows, caches_->Rows(pass, "input", context));
    MOTE_ASSIGN_OR_RETURN(const PendingUpdates updates, PendingUpdates::Read(pass));
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<Network> network, caches_->Weights(updates, options, context));
    MOTE_RETURN_IF_ERROR(Check(parameters, pass, network->spec(), rows->rows()));
    std::shared_ptr<const Permutation> order = caches_->Order(rows->rows(), parameters.shuffle);
    return std::make_unique<GradientPass>(std::move(parameters), std::move(rows), std::move(network), std::move(order));
  }

 private:
  const std::shared_ptr<Caches> caches_;
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainGradientKernel(std::shared_ptr<Caches> caches) {
  return std::make_unique<GradientKernel>(std::move(caches));
}

}  // namespace mote::engine
