// What a job would cost, from what earlier jobs did cost: without running it.
#pragma once

#include <vector>

#include "coordinator/core/state.h"

namespace mote::coordinator {

// The plan of an admitted job, stage by stage, its inputs' index stages first.
//
// A stage is predicted where an equal one (same operation, parameters, task shape and
// inputs, down to the files) is complete in one of the newest kPredictJobsMax jobs: it
// takes what that took. Otherwise, where its tasks are known without running anything,
// they are taken to cost the mean of the tasks of an equal operation with equal
// parameters. What neither can say is unknown until measured.
std::vector<PlannedStageView> PlanOf(const State& state, const AdmittedJob& job);

inline constexpr int kPredictJobsMax = 100;

}  // namespace mote::coordinator
