// How far a job was that ends before its last stage.
#pragma once

#include <string>

#include "coordinator/core/state.h"

namespace mote::coordinator {

// The stage that kept the job: the first that runs, else the first that waits. One of
// them there is while the job has not ended.
int UnfinishedStage(const Job& job);

// "1 of 2 stages are complete, and fit has done 3 of 8 tasks": of the unfinished stage.
std::string HowFar(const Job& job);

}  // namespace mote::coordinator
