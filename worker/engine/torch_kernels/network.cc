#include "worker/engine/torch_kernels/network.h"

#include <cstring>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/check.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
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

std::string Quoted(const ScriptSpec& script) { return absl::StrCat("model \"", script.name, "\""); }

std::string ShapeText(const at::Tensor& tensor) { return absl::StrCat("[", absl::StrJoin(tensor.sizes(), ", "), "]"); }

}  // namespace

struct Network::Tensors {
  c10::Device device{c10::kCPU};
  std::vector<at::Tensor> parameters;        // leaves: weight and bias of each layer, or those of
  std::optional<torch::jit::Module> script;  // a user's module

  at::Tensor Logits(at::Tensor x, const ModelSpec& spec, Precision precision = Precision::kFull) {
    if (script) return script->forward({x}).toTensor();
    const std::string& activation = std::get<MlpSpec>(spec.kind).activation;
    for (size_t i = 0; i < parameters.size(); i += 2) {
      if (i > 0) x = Activate(x, activation);
      x = Layer(x, parameters[i], parameters[i + 1], precision);
    }
    return x;
  }
};

Network::Network(ModelSpec spec, std::vector<std::string> features)
    : spec_(std::move(spec)), features_(std::move(features)), tensors_(std::make_unique<Tensors>()) {}

Network::~Network() = default;

absl::StatusOr<std::unique_ptr<Network>> Network::Load(const TrainState& state, const std::string& device,
                                                       TaskContext& context) {
  return GuardTorch("loading a model", [&]() -> absl::StatusOr<std::unique_ptr<Network>> {
    std::unique_ptr<Network> network(new Network(state.spec, state.features));
    Tensors& tensors = *network->tensors_;
    tensors.device = c10::Device(device);
    if (const ScriptSpec* const script = state.spec.script()) {
      MOTE_RETURN_IF_ERROR(network->Open(*script, context));
      if (!(network->spec_ == state.spec)) {
        return absl::InvalidArgumentError(absl::StrCat(Quoted(*script), " has other parameters than its state"));
      }
      MOTE_RETURN_IF_ERROR(network->SetWeights(state.weights, context));
      return network;
    }
    const at::Tensor host = HostMatrix(state.weights.data(), 1, static_cast<int64_t>(state.weights.size()));
    const at::Tensor flat = ToDevice(host, tensors.device, context).view({-1});
    for (const ParameterShape& parameter : state.spec.Parameters()) {
      at::Tensor leaf = flat.narrow(0, parameter.offset, parameter.count).view(parameter.shape).clone();
      tensors.parameters.push_back(leaf.requires_grad_(true));
    }
    return network;
  });
}

absl::Status Network::Open(const ScriptSpec& script, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const std::string bytes, ReadArtifact(script.file, 0, -1, context));
  const absl::Status loaded = GuardTorch(Quoted(script), [&]() -> absl::Status {
    std::istringstream stream(bytes);
    tensors_->script = torch::jit::load(stream, tensors_->device);
    // Layers that draw, or learn from the other rows of a batch, would make a row's gradient
    // depend on more than the row and the weights.
    tensors_->script->eval();
    return absl::OkStatus();
  });
  if (absl::IsInternal(loaded)) {
    return absl::InvalidArgumentError(absl::StrCat(loaded.message(), "; save it again with torch.jit.save"));
  }
  MOTE_RETURN_IF_ERROR(loaded);
  return GuardTorch(Quoted(script), [&] { return TakeParameters(script); });
}

absl::Status Network::TakeParameters(ScriptSpec script) {
  script.parameters.clear();
  int64_t offset = 0;
  for (const auto& parameter : tensors_->script->named_parameters()) {
    if (!parameter.value.requires_grad()) continue;
    if (parameter.value.scalar_type() != at::kFloat) {
      return absl::InvalidArgumentError(
          absl::StrCat(Quoted(script), ": parameter ", parameter.name, " is not of 32-bit floats"));
    }
    script.parameters.push_back(
        {absl::StrCat("script.", parameter.name), parameter.value.sizes().vec(), offset, parameter.value.numel()});
    offset += parameter.value.numel();
    tensors_->parameters.push_back(parameter.value);
  }
  if (offset == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(script), " has no parameter that wants a gradient: nothing of it can be trained"));
  }
  spec_.kind = std::move(script);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Network>> Network::WithWeights(const TrainState& state, TaskContext& context) const {
  MOTE_CHECK(spec_.script() != nullptr && spec_ == state.spec, "weights of the same module");
  return GuardTorch("copying a model", [&]() -> absl::StatusOr<std::unique_ptr<Network>> {
    std::unique_ptr<Network> copy(new Network(state.spec, state.features));
    copy->tensors_->device = tensors_->device;
    copy->tensors_->script = tensors_->script->deepcopy();
    MOTE_RETURN_IF_ERROR(copy->TakeParameters(*state.spec.script()));
    MOTE_RETURN_IF_ERROR(copy->SetWeights(state.weights, context));
    return copy;
  });
}

absl::StatusOr<TrainState> Network::FirstState(const ScriptSpec& script, const std::string& device,
                                               TaskContext& context) {
  Network network(ModelSpec{script}, {});
  network.tensors_->device = c10::Device(device);
  MOTE_RETURN_IF_ERROR(network.Open(script, context));
  return GuardTorch(Quoted(script), [&]() -> absl::StatusOr<TrainState> {
    const at::NoGradGuard no_gradients;
    const at::Tensor x = torch::zeros({2, script.in}, torch::TensorOptions().device(network.tensors_->device));
    at::Tensor scores;
    try {
      scores = network.tensors_->Logits(x, network.spec_);
    } catch (const c10::OutOfMemoryError&) {
      throw;
    } catch (const std::exception& error) {
      return absl::InvalidArgumentError(
          absl::StrCat(Quoted(script), " refuses a batch of f32[2, ", script.in, "]: ", Text(error)));
    }
    if (scores.dim() != 2 || scores.size(0) != 2 || scores.size(1) != script.out || !scores.is_floating_point()) {
      return absl::InvalidArgumentError(absl::StrCat(Quoted(script), " yields ", ShapeText(scores),
                                                     " for two rows; train needs a score of each of the ", script.out,
                                                     " classes: [2, ", script.out, "]"));
    }
    TrainState state;
    state.spec = network.spec_;
    for (const at::Tensor& parameter : network.tensors_->parameters) {
      const std::vector<float> values = Floats(FromDevice(parameter.detach(), at::kFloat, context));
      state.weights.insert(state.weights.end(), values.begin(), values.end());
    }
    return state;
  });
}

absl::StatusOr<std::string> Network::SaveScript() {
  MOTE_CHECK(spec_.script() != nullptr, "a module");
  return GuardTorch("writing a model", [&]() -> absl::StatusOr<std::string> {
    torch::jit::Module scored("Scored");
    torch::jit::Module inner = tensors_->script->deepcopy();
    inner.to(at::kCPU);
    scored.register_module("model", inner);
    scored.define("def forward(self, x):\n  return torch.exp(torch.log_softmax(self.model.forward(x), 1))\n");
    std::ostringstream file;
    scored.save(file);
    return file.str();
  });
}

absl::Status Network::SetWeights(const std::vector<float>& weights, TaskContext& context) {
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

absl::StatusOr<LossGradient> Network::Gradient(const Batch& x, const std::vector<int64_t>& labels,
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
    const at::Tensor log_scores = at::log_softmax(tensors_->Logits(input, spec_, precision), 1);
    const at::Tensor losses = at::nll_loss(log_scores, target, weights, at::Reduction::None);
    std::vector<at::Tensor> gradients =
        torch::autograd::grad({losses.sum()}, tensors_->parameters, {}, {}, false, /*allow_unused=*/true);
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined()) gradients[i] = at::zeros_like(tensors_->parameters[i]);
      gradients[i] = gradients[i].reshape({-1});
    }
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

absl::StatusOr<ClassScores> Network::Score(const Batch& x, TaskContext& context) {
  return GuardTorch("scores", [&]() -> absl::StatusOr<ClassScores> {
    const at::NoGradGuard no_gradients;
    const at::Tensor input = ToDevice(HostMatrix(x.data(), x.rows, x.width), tensors_->device, context);
    const at::Tensor log_scores = at::log_softmax(tensors_->Logits(input, spec_), 1);
    const at::Tensor both = FromDevice(at::stack({at::exp(log_scores), log_scores}), at::kFloat, context);
    return ClassScores{Floats(both[0].contiguous()), Floats(both[1].contiguous())};
  });
}

absl::StatusOr<std::vector<float>> Network::InputGradient(const Batch& x, int64_t target, TaskContext& context) {
  return GuardTorch("gradient by the input", [&]() -> absl::StatusOr<std::vector<float>> {
    const at::Tensor host = HostMatrix(x.data(), x.rows, x.width);
    const at::Tensor input = ToDevice(host, tensors_->device, context).clone().requires_grad_(true);
    const at::Tensor scores = at::softmax(tensors_->Logits(input, spec_), 1);
    const std::vector<at::Tensor> gradients = torch::autograd::grad({scores.select(1, target).sum()}, {input});
    return Floats(FromDevice(gradients[0], at::kFloat, context).contiguous());
  });
}

}  // namespace mote::engine
