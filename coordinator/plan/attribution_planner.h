// Operation `integrated_gradients`: what each number of a row does for the probability
// that a neural network gives a class (worker/engine/torch_kernels/attributing_model.h).
//
// One pass of `infer` whose model yields attributions beside its scores.
//
// Parameters {model, inputs, keep, class, steps}. Output `result`, a table: the kept columns,
// prediction:i64, scores:f32[classes], attributions:f32[numbers], baseline:f32.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

// `planners` must outlive the planner.
std::unique_ptr<Planner> MakeAttributionPlanner(const PlannerTable& planners);

}  // namespace mote::coordinator
