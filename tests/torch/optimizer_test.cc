#include "worker/engine/torch_kernels/optimizer.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "common/json.h"
#include "worker/engine/torch_kernels/compat.h"

namespace mote::engine {
namespace {

constexpr int64_t kCount = 64;

std::vector<float> Gradient(int step) {
  std::vector<float> gradient(kCount);
  for (int64_t i = 0; i < kCount; ++i) gradient[i] = static_cast<float>((i * 37 + step * 11) % 23 - 11) / 7.0F;
  return gradient;
}

// Largest difference of any weight after ten steps of mote's and libtorch's.
float Difference(const Json& json, const std::function<std::unique_ptr<torch::optim::Optimizer>(at::Tensor)>& make) {
  const Optimizer optimizer = Optimizer::FromJson(json).value();
  TrainState state;
  state.spec.kind = engine::MlpSpec{.in = kCount - 1, .hidden = {}, .out = 1};
  for (int64_t i = 0; i < kCount; ++i) state.weights.push_back(static_cast<float>(i % 5) - 2.0F);
  state.first.assign(kCount, 0.0F);
  state.second.assign(kCount, 0.0F);
  at::Tensor weights = torch::tensor(state.weights).requires_grad_(true);
  const auto reference = make(weights);
  for (int step = 0; step < 10; ++step) {
    weights.mutable_grad() = torch::tensor(Gradient(step));
    reference->step();
    optimizer.Step(Gradient(step), &state);
  }
  EXPECT_EQ(state.step, 10);
  return (weights.detach() - torch::tensor(state.weights)).abs().max().item<float>();
}

Json Adaptive(const char* name) {
  return {{"name", name}, {"lr", 0.05}, {"betas", {0.8, 0.95}}, {"eps", 1e-6}, {"weight_decay", 0.1}};
}

TEST(Optimizer, AdamWIsPyTorchs) {
  const float difference = Difference(Adaptive("adamw"), [](at::Tensor weights) {
    auto options = torch::optim::AdamWOptions(0.05).betas({0.8, 0.95}).eps(1e-6).weight_decay(0.1);
    return std::make_unique<torch::optim::AdamW>(std::vector<at::Tensor>{weights}, options);
  });
  EXPECT_LT(difference, 1e-6);
}

TEST(Optimizer, AdamIsPyTorchs) {
  const float difference = Difference(Adaptive("adam"), [](at::Tensor weights) {
    auto options = torch::optim::AdamOptions(0.05).betas({0.8, 0.95}).eps(1e-6).weight_decay(0.1);
    return std::make_unique<torch::optim::Adam>(std::vector<at::Tensor>{weights}, options);
  });
  EXPECT_LT(difference, 1e-6);
}

TEST(Optimizer, SgdIsPyTorchs) {
  const Json json{{"name", "sgd"}, {"lr", 0.05}, {"momentum", 0.9}, {"weight_decay", 0.1}};
  const float difference = Difference(json, [](at::Tensor weights) {
    auto options = torch::optim::SGDOptions(0.05).momentum(0.9).weight_decay(0.1);
    return std::make_unique<torch::optim::SGD>(std::vector<at::Tensor>{weights}, options);
  });
  EXPECT_LT(difference, 1e-6);
}

}  // namespace
}  // namespace mote::engine
