// The jobs that a chaos round runs, and what they give when nothing disturbs them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/testing/job_facts.h"

namespace mote::testing {

struct ChaosJob {
  std::string name;
  std::string path;  // of the job file
};

// Sums of floating-point numbers after a stage of waiting, rows in order, vectors too
// large for a report, a sum without its quarantined tasks, a program's answers, a table from
// ARFF to what is prepared for learning. The files are written into `dir`.
std::vector<ChaosJob> WriteChaosJobs(const std::string& dir);

// examples/credit_risk, and a network whose gradients are too large for a report. They
// need libtorch.
std::vector<ChaosJob> WriteTrainingJobs(const std::string& dir);

// The job file with the table, of so many rows: they are read from ARFF, repeated ones left
// out, joined, and split with their classes.
std::string WriteTablesJob(const std::string& dir, int rows);

struct Undisturbed {
  std::string digest;
  JobFacts facts;
};

// Each job by its name, run alone by a single worker.
std::map<std::string, Undisturbed> RunUndisturbed(const std::vector<ChaosJob>& jobs);

}  // namespace mote::testing
