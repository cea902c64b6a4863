// One job from its file to its written outputs: what `run` and `submit` share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/jobfile/job_file.h"
#include "client/text/progress.h"

namespace mote::client {

// Whether the outputs can be written where `to:` or --output say, before they exist.
absl::Status CheckDestinations(const JobFile& job, const std::string& output_dir);

// Checks the job against the coordinator and puts its files: `job->spec` is then
// ready to be submitted. Errors have places in the file.
absl::Status PrepareJob(Client& client, JobFile* job);

// SubmitJob, with places in the job file for what the coordinator refuses.
absl::StatusOr<uint64_t> Submit(Client& client, const JobFile& job, const std::string& request_id);

struct Submitted {
  uint64_t id = 0;
  bool adopted = false;                 // it was there already, unfinished
  std::vector<uint64_t> replaced = {};  // unfinished ones of the same name that differ: cancelled
};

// Submits unless an unfinished job with the same specification is there: that one
// goes on.
//
// FailedPrecondition: an unfinished job of another name is there
absl::StatusOr<Submitted> SubmitOrAdopt(Client& client, const JobFile& job);

// Shows progress until the job has ended; the job as it then is.
absl::StatusOr<v1::Job> WaitForJob(Client& client, uint64_t job_id, ProgressPrinter* progress);

struct FinishOptions {
  std::string job_folder;  // what `to:` is relative to
  std::string output_dir;  // --output; empty: each output goes where its `to:` says
  bool writes_outputs = true;
  bool print_cost = false;
  bool print_digest = false;
};

// Of a job that has ended: writes its outputs, prints reports, cost and digest on
// stdout, and on stderr why it failed. The exit code.
int FinishJob(Client& client, const v1::Job& job, const FinishOptions& options);

// One page of all reports of the job, where it has any (outputs/index_page.h).
absl::Status WritePage(Client& client, const v1::Job& job, const std::string& folder);

// "digest sha256:…" on stdout.
absl::Status PrintDigest(Client& client, const v1::Job& job);

// Writes outputs into `folder` and names each on stderr.
absl::Status WriteOutputs(Client& client, const std::vector<v1::OutputStatus>& outputs, const std::string& folder);

}  // namespace mote::client
