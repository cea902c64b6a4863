#include "coordinator/core/run_queue.h"

#include <algorithm>

namespace mote::coordinator {

void RunQueue::Put(JobId job, int priority, const std::string& tenant, absl::Duration share) {
  if (const auto found = places_.find(job); found != places_.end() && found->second.share == share) return;
  Erase(job);
  places_[job] = {priority, tenant, share};
  queues_[priority][tenant].emplace(share, job);
}

void RunQueue::Erase(JobId job) {
  const auto found = places_.find(job);
  if (found == places_.end()) return;
  const Place& place = found->second;
  const auto queue = queues_.find(place.priority);
  const auto jobs = queue->second.find(place.tenant);
  jobs->second.erase({place.share, job});
  if (jobs->second.empty()) queue->second.erase(jobs);
  if (queue->second.empty()) queues_.erase(queue);
  places_.erase(found);
}

absl::Duration RunQueue::LeastShare(int priority, const std::string& tenant) const {
  const auto queue = queues_.find(priority);
  if (queue == queues_.end()) return absl::ZeroDuration();
  const auto jobs = queue->second.find(tenant);
  return jobs == queue->second.end() ? absl::ZeroDuration() : jobs->second.begin()->first;
}

std::vector<JobId> RunQueue::Front(size_t count, const std::map<std::string, absl::Duration>& tenant_time,
                                   const std::function<bool(JobId)>& fits) const {
  struct Turn {
    absl::Duration used;
    Jobs::const_iterator next, end;
  };
  std::vector<JobId> front;
  for (const auto& [priority, tenants] : queues_) {
    std::vector<Turn> turns;
    for (const auto& [tenant, jobs] : tenants) {
      const auto used = tenant_time.find(tenant);
      turns.push_back({used == tenant_time.end() ? absl::ZeroDuration() : used->second, jobs.begin(), jobs.end()});
    }
    std::stable_sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) { return a.used < b.used; });
    while (!turns.empty()) {
      for (Turn& turn : turns) {
        while (turn.next != turn.end && !fits(turn.next->second)) ++turn.next;
        if (turn.next == turn.end) continue;
        front.push_back(turn.next->second);
        ++turn.next;
        if (front.size() >= count) return front;
      }
      std::erase_if(turns, [](const Turn& turn) { return turn.next == turn.end; });
    }
  }
  return front;
}

}  // namespace mote::coordinator
