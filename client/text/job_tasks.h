// A job's tasks, over all of its stages.
#pragma once

#include <cstdint>

#include "mote/v1/job.pb.h"

namespace mote::client {

struct JobTasks {
  int64_t committed = 0;
  int64_t total = 0;  // planned, and foreseen by planners
};

JobTasks TasksOf(const v1::Job& job);

}  // namespace mote::client
