// The formats of models that need libtorch.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "worker/engine/infer_pass.h"
#include "worker/engine/model.h"
#include "worker/engine/torch_kernels/caches.h"

namespace mote::engine {

// The model in the pass's input "model".
//
//   format "native"       a file that train wrote: one batch of its features in, the
//                         probability of each class out
//   format "torchscript"  a TorchScript file
//   format "ensemble"     a file that ensemble wrote (ensemble_model.h)
//
// Returns
//   InvalidArgument    not a model of that kind, or it was trained on other features
//   ResourceExhausted  out of memory
//   Unavailable        a blob cannot be had now
absl::StatusOr<std::unique_ptr<Model>> OpenModel(const PassSpec& pass, const ModelRequest& request,
                                                 const EngineOptions& options, Caches& caches, TaskContext& context);

std::unique_ptr<Model> MakeNativeModel(std::shared_ptr<Network> network);

}  // namespace mote::engine
