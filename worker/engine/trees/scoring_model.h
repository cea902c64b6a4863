// A model of forest or boost, as `infer` asks it.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "worker/engine/model.h"
#include "worker/engine/trees/tree_model.h"

namespace mote::engine {

class ScoringModel final : public Model {
 public:
  explicit ScoringModel(std::shared_ptr<const TreeModel> model) : model_(std::move(model)) {}

  absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext&) override {
    const Batch& batch = batches.front();
    std::vector<ModelOutput> outputs(1);
    outputs[0].width = model_->score_width();
    outputs[0].floats.resize(static_cast<size_t>(batch.rows * outputs[0].width));
    bins_.resize(static_cast<size_t>(batch.width));
    for (int64_t row = 0; row < batch.rows; ++row) {
      model_->Score(batch.data() + row * batch.width, bins_.data(), outputs[0].floats.data() + row * outputs[0].width);
    }
    return outputs;
  }

 private:
  const std::shared_ptr<const TreeModel> model_;
  std::vector<uint8_t> bins_;
};

}  // namespace mote::engine
