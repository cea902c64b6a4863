// The users: they submit the jobs and watch them. A call that is not answered is made
// again, with the same request id.
#pragma once

#include <optional>
#include <vector>

#include "tests/sim/event_queue.h"
#include "tests/sim/invariants.h"
#include "tests/sim/loop.h"
#include "tests/sim/workload.h"

namespace mote::sim {

class Clients {
 public:
  Clients(EventQueue& queue, Random& random, const Options& options, const Workload& workload, Loop& loop,
          Invariants& invariants);

  // The CallId of calls whose answer nobody waits for.
  static constexpr uint64_t kNobody = 1'000'000;

  void Start();
  void On(const mc::Reply& reply);
  void On(const mc::JobChanged& changed);

  // Every job is known to have ended.
  bool done() const;
  // The job's state at its end, if it ended.
  const std::optional<mc::JobView>& ended(size_t job) const { return calls_[job].ended; }
  // What is known of the jobs that have not ended, for people.
  std::string Unfinished() const;

 private:
  struct Watched {
    std::optional<JobId> id;  // once the submission was answered
    std::optional<mc::JobView> last;
    std::optional<mc::JobView> ended;
    std::optional<absl::Time> idle_since;  // nothing runs, and the view says no reason
  };
  void Submit(size_t job);
  void Look(size_t job);
  void Cancel(size_t job);
  void CheckReason(Watched& watched);

  EventQueue& queue_;
  Random& random_;
  const Options& options_;
  const Workload& workload_;
  Loop& loop_;
  Invariants& invariants_;
  std::vector<Watched> calls_;  // by job of the workload; its index + 1 is the CallId
};

}  // namespace mote::sim
