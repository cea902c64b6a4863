// A job file, read and checked as far as the client alone can.
//
// What it needs a coordinator for (the operations' parameters and outputs, files to
// put) is done by resolve.h afterwards.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/inputs/input_files.h"
#include "client/jobfile/node.h"
#include "client/jobfile/place_index.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

struct JobFile {
  std::string path;    // as given
  std::string folder;  // what paths in it are relative to
  // Inputs have no artifact yet; files in parameters stand as they were written.
  v1::JobSpec spec;
  std::vector<InputFiles> input_files;  // in the order of spec.inputs
  // Parameters of each stage's operation, with places; in the order of spec.stages.
  std::vector<Node> parameters;
  std::vector<Node> reduce_parameters;
  PlaceIndex places;
};

// `text` is the file's content, `path` its name; `sets` are the values of --set.
//
// InvalidArgument: every mistake as "FILE:LINE:COLUMN: what; remedy", one a line.
absl::StatusOr<JobFile> ParseJobFile(std::string_view text, const std::string& path,
                                     const std::vector<std::string>& sets);

// Reads the file first. InvalidArgument too when it cannot be read.
absl::StatusOr<JobFile> LoadJobFile(const std::string& path, const std::vector<std::string>& sets);

// `path` of the job file, relative to its folder unless absolute.
std::string ResolvePath(const std::string& folder, const std::string& path);

}  // namespace mote::client
