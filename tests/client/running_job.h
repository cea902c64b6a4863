// A job of two stages for tests of texts: `fit` runs, `score` waits.
#pragma once

#include <cstdint>

#include "mote/v1/job.pb.h"

namespace mote::client {

inline v1::Job RunningJob(int64_t committed, int64_t total) {
  v1::Job job;
  job.set_id(7);
  job.set_name("x");
  job.set_state(v1::JOB_STATE_RUNNING);
  v1::StageStatus* stage = job.add_stages();
  stage->set_name("fit");
  stage->set_state(v1::STAGE_STATE_RUNNING);
  stage->set_tasks_committed(committed);
  stage->set_tasks_total(total);
  stage->mutable_eta()->set_seconds(4);
  stage->mutable_eta_low()->set_seconds(3);
  stage->mutable_eta_high()->set_seconds(6);
  stage->set_progress("epoch 3 of 20");
  v1::StageStatus* later = job.add_stages();
  later->set_name("score");
  later->set_state(v1::STAGE_STATE_WAITING);
  return job;
}

}  // namespace mote::client
