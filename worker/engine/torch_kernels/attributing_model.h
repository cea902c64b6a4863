// A model of train that tells of each number of a row what it does for the probability of
// a class: integrated gradients (Sundararajan, Taly and Yan: Axiomatic attribution for deep
// networks, 2017).
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "worker/engine/infer_pass.h"
#include "worker/engine/model.h"
#include "worker/engine/torch_kernels/network.h"

namespace mote::engine {

// From a row of zeros, which is what rows are on average where prepare standardised them,
// along the straight line to the row x,
//
//   attribution_i = x_i · ∫₀¹ ∂P(target | α·x)/∂x_i dα,
//
// by the midpoint rule in `steps` steps, each one forward batch. The attributions of a row
// add up to P(target | x) − P(target | 0), but for the rule's error. Outputs: scores of each
// class, attributions of each number, and P(target | 0).
//
//   InvalidArgument  the model has no such class
absl::StatusOr<std::unique_ptr<Model>> MakeAttributingModel(std::shared_ptr<Network> network, Attribution wanted);

}  // namespace mote::engine
