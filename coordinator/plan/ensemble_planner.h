// Operation `ensemble`: several models as one, Y = Σ β_i·y_i with Σ β_i = 1 and β_i ≥ 0,
// the weights that make the rows of a validation table most probable.
//
//   1. one task packs the models into one file, each with the same weight
//   2. a pass of `infer` writes down what each model makes of each row
//   3. steps of expectation maximisation (Dempster, Laird and Rubin, 1977), a pass each, which
//      needs no step length and never makes the rows less probable; the log-likelihood is
//      concave in the weights, so there is one best answer
//   4. one task packs the models again, with the weights found
//
// Parameters {models, inputs, label, steps}.
// Outputs `model`, a blob, and `weights`, a document:
//   {ensemble_of: "log_loss", rows, steps, log_loss, equal_log_loss,
//    models: [{name, weight, log_loss}, …]}
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

// `planners` must outlive the planner.
std::unique_ptr<Planner> MakeEnsemblePlanner(const PlannerTable& planners);

}  // namespace mote::coordinator
