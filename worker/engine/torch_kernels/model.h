// One interface for the doors by which models come in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/engine/torch_kernels/caches.h"

namespace mote::engine {

// Not thread-safe.
class Model {
 public:
  virtual ~Model() = default;
  // One forward pass over at least one row; every output has a row for each.
  // Errors as ScriptModule::Run's.
  virtual absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context) = 0;
};

// The model in the pass's input "model".
//
//   door "native"       a file that train wrote: one batch of its features in, the
//                       probability of each class out
//   door "torchscript"  a TorchScript file; `file` is its name, for messages
//
// `widths`: numbers a row of each batch that it will get; `features`: their names,
// empty where they are not known.
//
// Returns
//   InvalidArgument    not a model of that kind, or it was trained on other features
//   ResourceExhausted  out of memory
//   Unavailable        a blob cannot be had now
absl::StatusOr<std::unique_ptr<Model>> OpenModel(const PassSpec& pass, const std::string& door, const std::string& file,
                                                 const std::vector<int64_t>& widths,
                                                 const std::vector<std::string>& features, const EngineOptions& options,
                                                 Caches& caches, TaskContext& context);

}  // namespace mote::engine
