// What `mote job ID -o json` says of a job, as checks need it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace mote::testing {

struct JobFacts {
  struct Stage {
    int64_t total = 0;
    int64_t committed = 0;
    int64_t accounted = 0;      // tasks whose cost was added up
    int64_t attempts_lost = 0;  // ended without a commit
    int64_t lost = 0;           // tasks whose results were lost after their commit
  };

  std::string state;  // "JOB_STATE_SUCCEEDED"
  std::map<std::string, Stage> stages;
  std::set<std::pair<std::string, int64_t>> absent;  // stage, task
  std::string failure;                               // its message

  // The first task that is not accounted for exactly once; empty: all are.
  std::string Miscounted() const;
};

// Invalid: `text` is not what `mote job ID -o json` prints.
absl::StatusOr<JobFacts> ParseJobFacts(const std::string& text);

}  // namespace mote::testing
