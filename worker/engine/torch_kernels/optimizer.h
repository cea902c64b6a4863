// One step of AdamW, Adam or SGD, by PyTorch's formulas.
//
// Element by element in 32-bit arithmetic without contraction, so the bits are the
// same on every IEEE 754 machine. Scalars are computed in 64 bits first.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {

struct Optimizer {
  std::string name;  // adamw, adam, sgd
  double lr = 0;
  double weight_decay = 0;
  double beta1 = 0, beta2 = 0, eps = 0;  // adamw, adam
  double momentum = 0;                   // sgd

  // The planner's form: {"name": "adamw", "lr": …, "betas": […], …}.
  static absl::StatusOr<Optimizer> FromJson(const Json& json);

  // How many of the state's moments it reads: those of later steps depend on them.
  int moments() const;

  // state r → r+1. `gradient` is the mean over the step's rows, as many numbers as
  // there are weights (checked).
  void Step(const std::vector<float>& gradient, TrainState* state) const;
};

}  // namespace mote::engine
