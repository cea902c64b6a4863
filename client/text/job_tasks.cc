#include "client/text/job_tasks.h"

namespace mote::client {

JobTasks TasksOf(const v1::Job& job) {
  JobTasks tasks;
  for (const v1::StageStatus& stage : job.stages()) {
    tasks.committed += stage.tasks_committed();
    tasks.total += stage.tasks_total();
  }
  return tasks;
}

}  // namespace mote::client
