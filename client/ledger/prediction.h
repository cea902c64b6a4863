// t' = t + α·(C + S) for what the ledger has of a stage.
#pragma once

#include "common/cost.h"
#include "common/ledger/task_columns.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

// Seconds a byte, of all links of the stage together; 0 where nothing was fitted, or where
// the job has no such stage.
double AlphaOf(const v1::Job& job, int stage);

// Of compute time and bytes in `cost`, one task's or those of many. Seconds.
double PredictedSeconds(const Cost& cost, double alpha);
double PredictedSeconds(const TaskCost& cost, double alpha);

// What they took: compute and communication.
double MeasuredSeconds(const Cost& cost);

}  // namespace mote::client
