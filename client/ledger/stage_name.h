// What a stage of the ledger is called.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

// As the job file has it; "stage 3" where the job has no such stage.
inline std::string StageName(const v1::Job& job, int stage) {
  return stage >= 0 && stage < job.stages_size() ? job.stages(stage).name() : absl::StrCat("stage ", stage);
}

}  // namespace mote::client
