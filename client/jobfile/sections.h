// The sections of a job file, one function each (inputs.cc, stages.cc, outputs.cc,
// money.cc).
//
// Each reads its part of the tree into the job and reports mistakes to `problems`.
#pragma once

#include "client/jobfile/fields.h"
#include "client/jobfile/job_file.h"

namespace mote::client {

void ReadInputs(const Node& inputs, JobFile* job, Problems* problems);
void ReadStages(const Node& stages, JobFile* job, Problems* problems);
void ReadOutputs(const Node& outputs, JobFile* job, Problems* problems);
// `price` and `budget` among the fields of the job.
void ReadMoney(Fields& fields, JobFile* job, Problems* problems);

}  // namespace mote::client
