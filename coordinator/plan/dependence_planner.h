// Operation `dependence`: what a model makes of a feature, over all its values (partial
// dependence; Friedman: Greedy function approximation, a gradient boosting machine, 2001,
// section 8.2).
//
// A pass of one task reads which values the training rows had (kernel `fitted.grid`);
// then one of `infer` for each value and feature, with the value put into every row,
// reduced to the mean of the model's scores.
//
// Parameters {model, inputs, fitted, features}.
// Output `result`, a document:
//   {dependence_of: "scores", rows, classes: [name, …],
//    features: [{name, kind: number|category|ordinal,
//                points: [{value, scores: [a class's mean score, …]}, …]}, …]}
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

// `planners` must outlive the planner.
std::unique_ptr<Planner> MakeDependencePlanner(const PlannerTable& planners);

}  // namespace mote::coordinator
