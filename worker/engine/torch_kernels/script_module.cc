#include "worker/engine/torch_kernels/script_module.h"

#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/torch_kernels/compat.h"
#include "worker/engine/torch_kernels/staging.h"

namespace mote::engine {
namespace {

std::string Describe(const std::vector<Batch>& batches) {
  std::string text;
  for (const Batch& batch : batches) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", "f32[", batch.rows, ", ", batch.width, "] (columns ",
                    batch.columns, ")");
  }
  return text;
}

// Errors of TorchScript begin with a stack of the script; the cause is its last line.
std::string LastLine(const std::exception& error) {
  std::string text = Text(error);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  const size_t cut = text.rfind('\n');
  return cut == std::string::npos ? text : text.substr(cut + 1);
}

absl::Status Misfit(const std::string& name, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("model \"", name, "\" yields ", what));
}

absl::StatusOr<std::vector<at::Tensor>> Tensors(const c10::IValue& value, const std::string& name) {
  if (value.isTensor()) return std::vector<at::Tensor>{value.toTensor()};
  if (value.isTensorList()) return value.toTensorVector();
  if (!value.isTuple()) return Misfit(name, value.tagKind() + "; it must yield a tensor or a tuple of tensors");
  std::vector<at::Tensor> tensors;
  for (const c10::IValue& element : value.toTupleRef().elements()) {
    if (!element.isTensor()) return Misfit(name, "a tuple with " + element.tagKind() + "; only tensors can be taken");
    tensors.push_back(element.toTensor());
  }
  return tensors;
}

absl::StatusOr<ModelOutput> Take(const at::Tensor& tensor, int64_t rows, const std::string& name,
                                 TaskContext& context) {
  if (tensor.dim() < 1 || tensor.size(0) != rows) {
    const std::string got = tensor.dim() < 1 ? "a single number" : absl::StrCat(tensor.size(0), " rows");
    return Misfit(name, absl::StrCat(got, " for a batch of ", rows, "; it must yield one row for each"));
  }
  ModelOutput output;
  output.width = tensor.numel() / rows;
  output.is_integer = !tensor.is_floating_point();
  const at::Tensor host = FromDevice(tensor, output.is_integer ? at::kLong : at::kFloat, context);
  if (output.is_integer) {
    output.integers.assign(host.data_ptr<int64_t>(), host.data_ptr<int64_t>() + host.numel());
  } else {
    output.floats.assign(host.data_ptr<float>(), host.data_ptr<float>() + host.numel());
  }
  return output;
}

}  // namespace

struct ScriptModule::Module {
  torch::jit::Module script;
  c10::Device device{c10::kCPU};

  // A refusal is the model's own, or that of a shape it was not made for: the
  // user's to mend. Out of memory is thrown on.
  absl::StatusOr<c10::IValue> Forward(std::vector<c10::IValue> arguments, const std::string& name,
                                      const std::vector<Batch>& batches) {
    try {
      return script.forward(std::move(arguments));
    } catch (const c10::OutOfMemoryError&) {
      throw;
    } catch (const std::exception& error) {
      if (IsOutOfMemory(error)) throw;
      return absl::InvalidArgumentError(absl::StrCat("model \"", name, "\" refuses a batch of ", Describe(batches),
                                                     ": ", LastLine(error),
                                                     "; check `inputs` against what its forward takes"));
    }
  }
};

ScriptModule::ScriptModule(std::string name) : name_(std::move(name)), module_(std::make_unique<Module>()) {}

ScriptModule::~ScriptModule() = default;

absl::StatusOr<std::unique_ptr<ScriptModule>> ScriptModule::Load(std::string_view bytes, std::string name,
                                                                 const std::string& device) {
  const std::string what = absl::StrCat("\"", name, "\" (", bytes.size(), " bytes) is not a readable TorchScript file");
  auto loaded = GuardTorch(what, [&]() -> absl::StatusOr<std::unique_ptr<ScriptModule>> {
    std::unique_ptr<ScriptModule> model(new ScriptModule(std::move(name)));
    model->module_->device = c10::Device(device);
    std::istringstream stream{std::string(bytes)};
    model->module_->script = torch::jit::load(stream, model->module_->device);
    model->module_->script.eval();
    return model;
  });
  if (loaded.status().code() != absl::StatusCode::kInternal) return loaded;
  return absl::InvalidArgumentError(
      absl::StrCat(loaded.status().message(), "; it may be truncated: save it again with torch.jit.save"));
}

absl::StatusOr<std::vector<ModelOutput>> ScriptModule::Run(const std::vector<Batch>& batches, TaskContext& context) {
  const std::string what = absl::StrCat("model \"", name_, "\"");
  return GuardTorch(what, [&]() -> absl::StatusOr<std::vector<ModelOutput>> {
    const at::NoGradGuard no_gradients;
    const int64_t rows = batches.front().rows;
    std::vector<c10::IValue> arguments;
    for (const Batch& batch : batches) {
      arguments.emplace_back(ToDevice(HostMatrix(batch.data(), rows, batch.width), module_->device, context));
    }
    MOTE_ASSIGN_OR_RETURN(const c10::IValue value, module_->Forward(std::move(arguments), name_, batches));
    MOTE_ASSIGN_OR_RETURN(const std::vector<at::Tensor> tensors, Tensors(value, name_));
    std::vector<ModelOutput> outputs;
    for (const at::Tensor& tensor : tensors) {
      MOTE_ASSIGN_OR_RETURN(ModelOutput output, Take(tensor, rows, name_, context));
      outputs.push_back(std::move(output));
    }
    return outputs;
  });
}

}  // namespace mote::engine
