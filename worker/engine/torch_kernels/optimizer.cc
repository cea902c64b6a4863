#include "worker/engine/torch_kernels/optimizer.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/json.h"

namespace mote::engine {
namespace {

// b^n by squaring: the C library's pow may differ between versions.
double Power(double b, int64_t n) {
  double result = 1.0;
  for (; n > 0; n >>= 1) {
    if (n & 1) result *= b;
    b *= b;
  }
  return result;
}

void AdamStep(const Optimizer& o, const std::vector<float>& gradient, TrainState* state) {
  const bool decoupled = o.name == "adamw";
  const double correction1 = 1.0 - Power(o.beta1, state->step);
  const double correction2 = 1.0 - Power(o.beta2, state->step);
  const auto shrink = static_cast<float>(decoupled ? 1.0 - o.lr * o.weight_decay : 1.0);
  const auto penalty = static_cast<float>(decoupled ? 0.0 : o.weight_decay);
  const auto step_size = static_cast<float>(o.lr / correction1);
  const auto root2 = static_cast<float>(std::sqrt(correction2));
  const auto beta1 = static_cast<float>(o.beta1), rest1 = static_cast<float>(1.0 - o.beta1);
  const auto beta2 = static_cast<float>(o.beta2), rest2 = static_cast<float>(1.0 - o.beta2);
  const auto eps = static_cast<float>(o.eps);
  for (size_t i = 0; i < gradient.size(); ++i) {
    float& w = state->weights[i];
    float& m = state->first[i];
    float& v = state->second[i];
    const float g = gradient[i] + penalty * w;
    w *= shrink;
    m = beta1 * m + rest1 * g;
    v = beta2 * v + rest2 * g * g;
    w -= step_size * m / (std::sqrt(v) / root2 + eps);
  }
}

void SgdStep(const Optimizer& o, const std::vector<float>& gradient, TrainState* state) {
  const auto lr = static_cast<float>(o.lr);
  const auto penalty = static_cast<float>(o.weight_decay);
  const auto momentum = static_cast<float>(o.momentum);
  for (size_t i = 0; i < gradient.size(); ++i) {
    float& w = state->weights[i];
    float& m = state->first[i];
    const float g = gradient[i] + penalty * w;
    m = momentum * m + g;
    w -= lr * m;
  }
}

}  // namespace

absl::StatusOr<Optimizer> Optimizer::FromJson(const Json& json) {
  Optimizer optimizer;
  try {
    optimizer.name = json.at("name").get<std::string>();
    optimizer.lr = json.at("lr").get<double>();
    optimizer.weight_decay = json.at("weight_decay").get<double>();
    if (optimizer.name == "sgd") {
      optimizer.momentum = json.at("momentum").get<double>();
    } else {
      optimizer.beta1 = json.at("betas").at(0).get<double>();
      optimizer.beta2 = json.at("betas").at(1).get<double>();
      optimizer.eps = json.at("eps").get<double>();
    }
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("not an optimizer: ", error.what()));
  }
  return optimizer;
}

int Optimizer::moments() const {
  if (name != "sgd") return 2;
  return momentum > 0 ? 1 : 0;
}

void Optimizer::Step(const std::vector<float>& gradient, TrainState* state) const {
  MOTE_CHECK(gradient.size() == state->weights.size(), "a gradient has one number per weight");
  MOTE_CHECK(state->first.size() == gradient.size() && state->second.size() == gradient.size(),
             "a state has two moments per weight");
  ++state->step;
  name == "sgd" ? SgdStep(*this, gradient, state) : AdamStep(*this, gradient, state);
}

}  // namespace mote::engine
