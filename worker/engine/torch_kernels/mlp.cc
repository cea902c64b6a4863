#include "worker/engine/torch_kernels/mlp.h"

#include <cstring>
#include <utility>

#include "common/check.h"
#include "common/status_macros.h"
#include "worker/engine/torch_kernels/compat.h"
#include "worker/engine/torch_kernels/staging.h"

namespace mote::engine {
namespace {

at::Tensor Activate(const at::Tensor& x, const std::string& activation) {
  if (activation == "tanh") return at::tanh(x);
  if (activation == "gelu") return at::gelu(x);
  return at::relu(x);
}

at::Tensor Layer(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, Precision precision) {
  if (precision == Precision::kFull) return at::linear(x, weight, bias);
  return at::linear(x.to(at::kBFloat16), weight.to(at::kBFloat16), bias.to(at::kBFloat16)).to(at::kFloat);
}

std::vector<float> Floats(const at::Tensor& host) {
  const auto* begin = host.data_ptr<float>();
  return {begin, begin + host.numel()};
}

}  // namespace

struct Mlp::Tensors {
  c10::Device device{c10::kCPU};
  std::vector<at::Tensor> parameters;  // leaves: weight and bias of each layer

  at::Tensor Logits(at::Tensor x, const std::string& activation, Precision precision = Precision::kFull) const {
    for (size_t i = 0; i < parameters.size(); i += 2) {
      if (i > 0) x = Activate(x, activation);
      x = Layer(x, parameters[i], parameters[i + 1], precision);
    }
    return x;
  }
};

Mlp::Mlp(MlpSpec spec, std::vector<std::string> features)
    : spec_(std::move(spec)), features_(std::move(features)), tensors_(std::make_unique<Tensors>()) {}

Mlp::~Mlp() = default;

absl::StatusOr<std::unique_ptr<Mlp>> Mlp::Load(const TrainState& state, const std::string& device,
                                               TaskContext& context) {
  return GuardTorch("loading a model", [&]() -> absl::StatusOr<std::unique_ptr<Mlp>> {
    std::unique_ptr<Mlp> mlp(new Mlp(state.spec, state.features));
    Tensors& tensors = *mlp->tensors_;
    tensors.device = c10::Device(device);
    const at::Tensor host = HostMatrix(state.weights.data(), 1, static_cast<int64_t>(state.weights.size()));
    const at::Tensor flat = ToDevice(host, tensors.device, context).view({-1});
    for (const ParameterShape& parameter : state.spec.Parameters()) {
      at::Tensor leaf = flat.narrow(0, parameter.offset, parameter.count).view(parameter.shape).clone();
      tensors.parameters.push_back(leaf.requires_grad_(true));
    }
    return mlp;
  });
}

absl::Status Mlp::SetWeights(const std::vector<float>& weights, TaskContext& context) {
  MOTE_CHECK(static_cast<int64_t>(weights.size()) == spec_.ParameterCount(), "weights of another model");
  return GuardTorch("setting weights", [&]() -> absl::Status {
    const at::NoGradGuard no_gradients;
    const at::Tensor host = HostMatrix(weights.data(), 1, static_cast<int64_t>(weights.size()));
    const at::Tensor flat = ToDevice(host, tensors_->device, context).view({-1});
    const std::vector<ParameterShape> parameters = spec_.Parameters();
    for (size_t i = 0; i < parameters.size(); ++i) {
      const ParameterShape& parameter = parameters[i];
      tensors_->parameters[i].copy_(flat.narrow(0, parameter.offset, parameter.count).view(parameter.shape));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<LossGradient> Mlp::Gradient(const Batch& x, const std::vector<int64_t>& labels,
                                           const std::vector<float>& class_weights, Precision precision,
                                           TaskContext& context) {
  return GuardTorch("gradient", [&]() -> absl::StatusOr<LossGradient> {
    const c10::Device& device = tensors_->device;
    const at::Tensor input = ToDevice(HostMatrix(x.data(), x.rows, x.width), device, context);
    const at::Tensor host_labels = at::from_blob(const_cast<int64_t*>(labels.data()), {x.rows}, at::kLong);
    const at::Tensor target = ToDevice(host_labels, device, context);
    at::Tensor weights;
    if (!class_weights.empty()) {
      const auto classes = static_cast<int64_t>(class_weights.size());
      weights = ToDevice(HostMatrix(class_weights.data(), 1, classes).view({classes}), device, context);
    }
    const at::Tensor log_scores = at::log_softmax(tensors_->Logits(input, spec_.activation, precision), 1);
    const at::Tensor losses = at::nll_loss(log_scores, target, weights, at::Reduction::None);
    std::vector<at::Tensor> gradients = torch::autograd::grad({losses.sum()}, tensors_->parameters);
    for (at::Tensor& gradient : gradients) gradient = gradient.reshape({-1});
    LossGradient sums;
    // The gradients and the losses come back in one transfer.
    gradients.push_back(losses.detach());
    const at::Tensor flat = FromDevice(at::cat(gradients), at::kFloat, context);
    sums.gradient = Floats(flat);
    for (int64_t row = 0; row < x.rows; ++row) {
      sums.loss += sums.gradient[sums.gradient.size() - static_cast<size_t>(x.rows - row)];
    }
    sums.gradient.resize(sums.gradient.size() - static_cast<size_t>(x.rows));
    return sums;
  });
}

absl::StatusOr<ClassScores> Mlp::Score(const Batch& x, TaskContext& context) {
  return GuardTorch("scores", [&]() -> absl::StatusOr<ClassScores> {
    const at::NoGradGuard no_gradients;
    const at::Tensor input = ToDevice(HostMatrix(x.data(), x.rows, x.width), tensors_->device, context);
    const at::Tensor log_scores = at::log_softmax(tensors_->Logits(input, spec_.activation), 1);
    const at::Tensor both = FromDevice(at::stack({at::exp(log_scores), log_scores}), at::kFloat, context);
    return ClassScores{Floats(both[0].contiguous()), Floats(both[1].contiguous())};
  });
}

absl::StatusOr<std::vector<float>> Mlp::InputGradient(const Batch& x, int64_t target, TaskContext& context) {
  return GuardTorch("gradient by the input", [&]() -> absl::StatusOr<std::vector<float>> {
    const at::Tensor host = HostMatrix(x.data(), x.rows, x.width);
    const at::Tensor input = ToDevice(host, tensors_->device, context).clone().requires_grad_(true);
    const at::Tensor scores = at::softmax(tensors_->Logits(input, spec_.activation), 1);
    const std::vector<at::Tensor> gradients = torch::autograd::grad({scores.select(1, target).sum()}, {input});
    return Floats(FromDevice(gradients[0], at::kFloat, context).contiguous());
  });
}

}  // namespace mote::engine
