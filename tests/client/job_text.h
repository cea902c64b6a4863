// Job files written down in tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/jobfile/job_file.h"

namespace mote::client {

inline constexpr char kTestData[] = "tests/client/testdata";

// As if it stood in the folder of test data.
inline absl::StatusOr<JobFile> Parse(const std::string& text, const std::vector<std::string>& sets = {}) {
  return ParseJobFile(text, std::string(kTestData) + "/job.yaml", sets);
}

inline v1::JobSpec Spec(const std::string& text, const std::vector<std::string>& sets = {}) {
  const absl::StatusOr<JobFile> job = Parse(text, sets);
  EXPECT_TRUE(job.ok()) << job.status();
  return job.ok() ? job->spec : v1::JobSpec();
}

// The mistakes of a job file, without the folder.
inline std::string Mistakes(const std::string& text, const std::vector<std::string>& sets = {}) {
  const absl::StatusOr<JobFile> job = Parse(text, sets);
  if (job.ok()) return "no mistakes";
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  std::string message(job.status().message());
  const std::string folder = std::string(kTestData) + "/";
  for (size_t at = message.find(folder); at != std::string::npos; at = message.find(folder)) {
    message.erase(at, folder.size());
  }
  return message;
}

// A job with one stage, whose fields stand from line 4 on in column 5.
inline std::string Stage(const std::string& fields) { return "name: x\nstages:\n  - name: work\n" + fields; }

}  // namespace mote::client
