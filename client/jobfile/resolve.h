// What a job file needs a coordinator for: its operations' parameters and outputs,
// and the files that the job names, put as artifacts.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "client/inputs/input_files.h"
#include "client/jobfile/job_file.h"
#include "common/artifact.h"
#include "mote/v1/job_service.pb.h"

namespace mote::client {

// Put one file, and the files of one input. Errors name the file.
using PutFile = std::function<absl::StatusOr<ArtifactRef>(const std::string& path)>;
using PutInput = std::function<absl::StatusOr<ArtifactRef>(const InputFiles& files)>;

// Checks operations, reducers, the names of their parameters and the outputs that
// are referred to, against what the coordinator offers. Puts nothing.
//
// InvalidArgument: every mistake with its place.
absl::Status CheckAgainst(const v1::ListOperationsResponse& offered, JobFile* job);

// Puts the files of inputs and parameters and sets the artifacts in `job->spec`; each
// file once.
//
// InvalidArgument: a file is missing, with the place that names it; else as `put` and
// `put_input`.
absl::Status PutFiles(const v1::ListOperationsResponse& offered, const PutFile& put, const PutInput& put_input,
                      JobFile* job);

// The coordinator's INVALID_ARGUMENT with places of the file; other codes unchanged.
absl::Status WithPlaces(const absl::Status& status, const JobFile& job);

}  // namespace mote::client
