// Moving tensors between this process and the device, and accounting for it.
//
// On a CPU nothing is moved, so nothing is counted. Include in files that call
// libtorch only; every function may throw what libtorch throws.
#pragma once

#include "worker/engine/kernel.h"
#include "worker/engine/torch_kernels/compat.h"

namespace mote::engine {

// `host` on `device`, the same tensor where that is the CPU.
at::Tensor ToDevice(const at::Tensor& host, const c10::Device& device, TaskContext& context);

// `tensor` as contiguous memory of this process, of type `dtype`. Waits for the
// device first, so that the wait counts as compute.
at::Tensor FromDevice(const at::Tensor& tensor, c10::ScalarType dtype, TaskContext& context);

// A view of rows · width numbers; `values` must outlive it.
at::Tensor HostMatrix(const float* values, int64_t rows, int64_t width);

}  // namespace mote::engine
