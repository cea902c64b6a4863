// Operation `importance`: how much worse a model judges rows once it no longer knows a
// feature, for each of its features (permutation importance; Breiman: Random forests,
// 2001; Fisher, Rudin and Dominici: All models are wrong, but many are useful, 2019).
//
// A pass of `infer` with a classification report measures the rows as they are; one for
// each feature and repetition measures them with the feature's numbers taken from other
// rows. Features that prepare made of one column (one-hot, hashed) are taken together.
//
// Parameters {model, inputs, label, by, repeats, seed}.
// Output `result`, a document:
//   {importance_of: measure, score, rows, repeats,
//    features: [{name, mean, deviation, losses: [a repetition's, …]}, …]}   greatest mean first
// A loss is by how much the measure got worse, in its own unit; below 0 it got better.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

// `planners` must outlive the planner.
std::unique_ptr<Planner> MakeImportancePlanner(const PlannerTable& planners);

}  // namespace mote::coordinator
