// Gradients that the state of a training has not taken yet: whoever needs the weights
// takes them itself, and remembers what came out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/json.h"
#include "common/pass_spec.h"
#include "common/reducers/gradient_sum.h"
#include "common/subtree.h"
#include "worker/engine/kernel.h"
#include "worker/engine/torch_kernels/train_state.h"
#include "worker/engine/torch_kernels/train_step.h"

namespace mote::engine {

struct PendingUpdates {
  ArtifactRef state;                  // which they are to be added to
  std::vector<Subtree> gradients;     // a sum each, of steps in a row: its root, or nodes below it
  std::vector<double> rates;          // of each step
  std::vector<std::string> keys;      // of the states before and after each: one more
  TrainStep step;                     // but for the rate
  int64_t epoch = 0, first_step = 0;  // of the first of them, from 1, for messages

  // From the pass's parameter "updates" {optimizer, clip, rates, keys, gradients: [{tasks, nodes:
  // [[level, index], …]}, …], epoch, step: first} and its inputs "state" and "gradient<i>.<node>".
  //
  //   InvalidArgument  a parameter or an input is missing, or their numbers differ
  static absl::StatusOr<PendingUpdates> Read(const PassSpec& pass);

  const std::string& key() const { return keys.back(); }
  // Number `i` in one piece, encoded as the reducer gradient_sum does. Errors as ReadValue's
  // and FoldSubtree's.
  absl::StatusOr<std::string> Sum(size_t i, TaskContext& context) const;
  // Takes number `i`: the state of keys[i] becomes that of keys[i + 1].
  // Errors as Sum's, DecodeGradients' and TrainStep::Take's.
  absl::Status Take(size_t i, TaskContext& context, TrainState* state) const;
};

}  // namespace mote::engine
