// The users: they submit the jobs, watch them, let those go on that did not succeed, and
// submit again what has ended. A call that is not answered is made again, a submission
// with the same request id.
#pragma once

#include <deque>
#include <optional>

#include "tests/sim/event_queue.h"
#include "tests/sim/invariants.h"
#include "tests/sim/loop.h"
#include "tests/sim/workload.h"

namespace mote::sim {

class Clients {
 public:
  Clients(EventQueue& queue, Random& random, const Options& options, Workload& workload, Loop& loop,
          Invariants& invariants);

  // The CallId of calls whose answer nobody waits for.
  static constexpr uint64_t kNobody = 1'000'000;

  void Start();
  void On(const mc::Reply& reply);
  void On(const mc::JobChanged& changed);

  // Every job is known to have ended, and nobody wants to retry or to resubmit it.
  bool done() const;
  // The job's state at its end, if it ended.
  const std::optional<mc::JobView>& ended(size_t job) const { return calls_[job].ended; }
  // A job when so much of its work was done for the first time, and when that was seen.
  struct Early {
    mc::JobView view;
    absl::Time seen;
  };
  const std::optional<Early>& early(size_t job) const { return calls_[job].early; }
  // When a job was last retried or resubmitted; InfinitePast: never.
  absl::Time last_wish() const { return last_wish_; }
  // Some job has said that it cannot go on without one more.
  bool asks_for_worker() const { return asks_for_worker_; }
  // No two calls for one retry: after its end was seen nothing can make it run again.
  bool ended_for_good(size_t job) const { return !calls_[job].retried_twice; }
  // What is known of the jobs that have not ended, for people.
  std::string Unfinished() const;

 private:
  struct Watched {
    std::optional<JobId> id;  // once the submission was answered
    std::optional<mc::JobView> last;
    std::optional<mc::JobView> ended;
    std::optional<Early> early;
    std::optional<absl::Time> idle_since;  // nothing runs, and the view says no reason
    bool looking = false;                  // it is asked for again and again
    int retries_left = 3;
    int resubmits_left = 2;
    bool resubmitting = false;  // soon
    bool retried_twice = false;
    int retries_asked = 0;                  // calls of the retry that is under way; 0: none is
    std::optional<absl::Time> retried_end;  // the end that a retry made void
  };
  void Submit(size_t job);
  void Look(size_t job);
  void Cancel(size_t job);
  void Ended(size_t job, const mc::JobView& view);
  void Retry(size_t job);
  void Resubmit(size_t job);
  void OnRetried(size_t job, const mc::Reply& reply);
  void CheckReason(Watched& watched);

  EventQueue& queue_;
  Random& random_;
  const Options& options_;
  Workload& workload_;
  Loop& loop_;
  Invariants& invariants_;
  const absl::Time start_;
  absl::Time last_wish_ = absl::InfinitePast();
  bool asks_for_worker_ = false;
  std::deque<Watched> calls_;  // by job of the workload; its index + 1 is the CallId
};

}  // namespace mote::sim
