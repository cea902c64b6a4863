#include "worker/engine/torch_kernels/attributing_model.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

// The rows of `x`, so far along the way from a row of zeros.
Batch Along(const Batch& x, double part) {
  Batch batch;
  batch.rows = x.rows;
  batch.width = x.width;
  batch.columns = x.columns;
  const auto numbers = static_cast<size_t>(x.rows * x.width);
  batch.values.resize(numbers);
  for (size_t i = 0; i < numbers; ++i) batch.values[i] = static_cast<float>(part * static_cast<double>(x.data()[i]));
  return batch;
}

class AttributingModel final : public Model {
 public:
  AttributingModel(std::shared_ptr<Network> network, Attribution wanted)
      : network_(std::move(network)), wanted_(wanted) {}

  absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context) override {
    const Batch& x = batches.front();
    std::vector<ModelOutput> outputs(3);
    MOTE_ASSIGN_OR_RETURN(ClassScores scored, network_->Score(x, context));
    outputs[0].width = network_->spec().out();
    outputs[0].floats = std::move(scored.scores);
    outputs[1].width = x.width;
    MOTE_ASSIGN_OR_RETURN(outputs[1].floats, Attribute(x, context));
    MOTE_ASSIGN_OR_RETURN(const float baseline, Baseline(x, context));
    outputs[2].width = 1;
    outputs[2].floats.assign(static_cast<size_t>(x.rows), baseline);
    return outputs;
  }

 private:
  absl::StatusOr<std::vector<float>> Attribute(const Batch& x, TaskContext& context) {
    std::vector<double> sums(static_cast<size_t>(x.rows * x.width));
    for (int64_t step = 0; step < wanted_.steps; ++step) {
      const double part = (static_cast<double>(step) + 0.5) / static_cast<double>(wanted_.steps);
      MOTE_ASSIGN_OR_RETURN(const std::vector<float> gradient,
                            network_->InputGradient(Along(x, part), wanted_.target, context));
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(gradient[i]);
    }
    std::vector<float> attributions(sums.size());
    for (size_t i = 0; i < sums.size(); ++i) {
      attributions[i] =
          static_cast<float>(static_cast<double>(x.data()[i]) * sums[i] / static_cast<double>(wanted_.steps));
    }
    return attributions;
  }

  absl::StatusOr<float> Baseline(const Batch& x, TaskContext& context) {
    Batch zeros;
    zeros.rows = 1;
    zeros.width = x.width;
    zeros.values.resize(static_cast<size_t>(x.width));
    MOTE_ASSIGN_OR_RETURN(const ClassScores scored, network_->Score(zeros, context));
    return scored.scores.at(static_cast<size_t>(wanted_.target));
  }

  const std::shared_ptr<Network> network_;
  const Attribution wanted_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> MakeAttributingModel(std::shared_ptr<Network> network, Attribution wanted) {
  const int64_t classes = network->spec().out();
  if (wanted.target == -1) wanted.target = classes - 1;
  if (wanted.target < 0 || wanted.target >= classes) {
    return absl::InvalidArgumentError(
        absl::StrCat("class: ", wanted.target, " is none of the model's, 0 to ", classes - 1));
  }
  return std::make_unique<AttributingModel>(std::move(network), wanted);
}

}  // namespace mote::engine
