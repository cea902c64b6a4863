// The plan of a job and what it is predicted to cost, as people read it.
#pragma once

#include <string>

#include "mote/v1/job_service.pb.h"

namespace mote::client {

// A table of the stages, then the sum of what is predicted (with the bill, if the job has
// a price) and the stages that are unknown until measured. `wide`: also the shape of
// tasks, what each prediction rests on, and the parameters.
std::string PlanText(const v1::ValidateJobResponse& plan, bool wide);

}  // namespace mote::client
