// Who reads what of whom in a job: unknown names and circles.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/jobfile/job_file.h"

namespace mote::client {

// A place that names an input, a stage, or an output of a stage.
struct Reference {
  int stage = -1;    // index of the stage that refers; -1: an output of the job
  std::string to;    // "clean.train", "applicants"
  std::string what;  // "input of stage 'fit'", for messages
  Place place;
  bool whole_stage = false;  // `after`: a stage's name alone
};

// Output names of each stage, in the order of spec.stages; empty: not known here.
using StageOutputs = std::vector<std::vector<std::string>>;

// `input`, `after` and `from`, as far as they are set.
std::vector<Reference> ReferencesOf(const JobFile& job);

// Reports names that stand for two things, references to what does not exist
// (outputs only where `outputs` knows them) and stages that wait for themselves.
void CheckGraph(const JobFile& job, const std::vector<Reference>& references, const StageOutputs& outputs,
                Problems* problems);

}  // namespace mote::client
