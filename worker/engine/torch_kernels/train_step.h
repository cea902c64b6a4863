// One step of training from a batch's gradient, the same for every kernel that takes one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/engine/torch_kernels/optimizer.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {

struct TrainStep {
  Optimizer optimizer;
  double clip = 0;  // longest mean gradient; 0: any

  // state r → r+1. `gradient` and `loss` are sums over `rows` ≥ 1 rows; `place` says which
  // step it is, for messages: "epoch 1, step 3".
  //
  //   InvalidArgument  not one number per weight; or training diverged: the loss or a
  //                    weight is no finite number
  absl::Status Take(std::vector<float> gradient, double loss, int64_t rows, const std::string& place,
                    TrainState* state) const;
};

// InvalidArgument: `loss` (a mean) or a weight is no finite number; names the place, the
// rate and what to do.
absl::Status CheckConverges(const TrainState& state, double loss, const std::string& place, double lr);

}  // namespace mote::engine
