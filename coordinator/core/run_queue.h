// Jobs with pending work, in the order in which they are to be served.
//
// Priority first; at one priority tenants take turns, each with those of its jobs that
// have had least device time. A job enters at the front of its tenant's, but with no
// credit for the time before: neither a huge job nor a stream of small ones can keep
// the others waiting.
//
// Every change is O(log n): 100,000 queued jobs cost no more than ten. Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/ids.h"

namespace mote::coordinator {

class RunQueue {
 public:
  // Puts a job in, or moves it. `share`: device time that it has had, or has under way.
  void Put(JobId job, int priority, const std::string& tenant, absl::Duration share);
  void Erase(JobId job);

  // The least share of those that wait at this priority for this tenant; zero: none
  // does.
  absl::Duration LeastShare(int priority, const std::string& tenant) const;

  // At most `count` jobs that `fits` accepts, those to be served first; tenants with
  // the least `tenant_time` first, one job of each in turn.
  std::vector<JobId> Front(size_t count, const std::map<std::string, absl::Duration>& tenant_time,
                           const std::function<bool(JobId)>& fits) const;

  bool Contains(JobId job) const { return places_.contains(job); }
  bool empty() const { return places_.empty(); }
  size_t size() const { return places_.size(); }
  bool operator==(const RunQueue& other) const { return places_ == other.places_; }

 private:
  using Jobs = std::set<std::pair<absl::Duration, JobId>>;  // (share, id): by age where shares are equal
  struct Place {
    int priority = 0;
    std::string tenant;
    absl::Duration share;
    bool operator==(const Place&) const = default;
  };

  std::map<JobId, Place> places_;
  std::map<int, std::map<std::string, Jobs>, std::greater<>> queues_;  // by priority, by tenant
};

}  // namespace mote::coordinator
