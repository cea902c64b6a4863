// What `infer` asks of a model, of whatever format it is.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "worker/engine/kernel.h"
#include "worker/engine/tensor.h"

namespace mote::engine {

// Not thread-safe.
class Model {
 public:
  virtual ~Model() = default;
  // One forward pass over at least one row; every output has a row for each.
  //
  //   InvalidArgument    the model refuses the batches, or yields something else
  //   ResourceExhausted  out of memory
  virtual absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context) = 0;
};

}  // namespace mote::engine
