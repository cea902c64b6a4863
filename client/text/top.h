// The cluster at a glance, refreshed: jobs that run or wait, and what workers do.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mote/v1/job_service.pb.h"

namespace mote::client {

// Rates come from two looks: the first has none. Not thread-safe.
class Top {
 public:
  // What the coordinator said at `now`; times must not fall.
  void Observe(std::vector<v1::Job> jobs, std::vector<v1::Worker> workers, absl::Time now);

  // At most `height` lines (at least 8), each ending with a newline: a summary, the jobs,
  // those that run first, and the workers; what has no room is counted.
  std::string Screen(const std::string& address, int height) const;

 private:
  struct Look {
    absl::Time time = absl::InfinitePast();
    std::map<uint64_t, int64_t> job_tasks;  // committed
    std::map<std::string, int64_t> worker_tasks;
  };

  // Tasks a second since the look before; nullopt: not known.
  template <typename Key>
  std::optional<double> Rate(std::map<Key, int64_t> Look::*tasks, const Key& key) const;
  std::string Summary(const std::string& address) const;
  std::string Jobs(size_t rows) const;
  std::string Workers(size_t rows) const;

  std::vector<v1::Job> jobs_;  // that have not ended, running ones first
  std::vector<v1::Worker> workers_;
  Look before_, look_;
};

}  // namespace mote::client
