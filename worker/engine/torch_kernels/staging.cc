#include "worker/engine/torch_kernels/staging.h"

#include <chrono>

namespace mote::engine {
namespace {

using Clock = std::chrono::steady_clock;

int64_t NanosecondsSince(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

void Synchronize(const c10::Device& device) {
  const c10::impl::VirtualGuardImpl guard(device.type());
  guard.getStream(device).synchronize();
}

}  // namespace

at::Tensor ToDevice(const at::Tensor& host, const c10::Device& device, TaskContext& context) {
  if (device.is_cpu()) return host;
  const Clock::time_point start = Clock::now();
  at::Tensor moved = host.to(device);
  Synchronize(device);
  context.AddPhase(Phase::kToDevice, NanosecondsSince(start));
  context.AddStagedBytes(static_cast<int64_t>(host.nbytes()));
  return moved;
}

at::Tensor FromDevice(const at::Tensor& tensor, c10::ScalarType dtype, TaskContext& context) {
  const at::Tensor typed = tensor.to(dtype).contiguous();
  if (typed.device().is_cpu()) return typed;
  Synchronize(typed.device());
  const Clock::time_point start = Clock::now();
  at::Tensor host = typed.cpu();
  context.AddPhase(Phase::kFromDevice, NanosecondsSince(start));
  context.AddStagedBytes(static_cast<int64_t>(host.nbytes()));
  return host;
}

at::Tensor HostMatrix(const float* values, int64_t rows, int64_t width) {
  // from_blob takes a mutable pointer; nothing writes to inputs.
  return at::from_blob(const_cast<float*>(values), {rows, width}, at::TensorOptions().dtype(at::kFloat));
}

}  // namespace mote::engine
