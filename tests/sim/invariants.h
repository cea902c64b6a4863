// The promises that a simulation checks as it runs: after every decision, every commit
// and every released effect.
//
// What is decided but not durable has not happened: after a crash the books are opened
// again from the journal.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/core/core.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/violation.h"

namespace mote::sim {

namespace mc = ::mote::coordinator;

// Not thread-safe.
class Invariants {
 public:
  explicit Invariants(const EventQueue& queue) : queue_(queue), start_(queue.now()) {}

  // Records what is broken; the first one counts.
  void Fail(std::string_view invariant, std::string detail);
  const std::optional<Violation>& violation() const { return violation_; }

  // The coordinator starts from these events, which led to `state`.
  void Started(const std::vector<mc::Event>& journal, const mc::State& state);
  // The events of `decision` from `first_event` on were decided and led to `state`, `now`
  // by the coordinator's clock.
  void Decided(const mc::State& state, absl::Time now, const mc::Decision& decision, size_t first_event);
  // Of the same decision: what its effects from `first_effect` on write into the ledger.
  void Recorded(const mc::Decision& decision, size_t first_event, size_t first_effect);
  // A worker said Hello; what it was answered stands in the effects from `first_effect` on.
  void Reconciled(const mc::WorkerHello& hello, const mc::Decision& decision, size_t first_effect);
  // Deadlines were judged while these commands waited.
  void Judged(const mc::State& state, const std::deque<mc::Command>& waiting, const mc::Decision& decision,
              size_t first_effect);
  // These events are in the journal now.
  void Durable(std::span<const mc::Event> events);
  void Released(const mc::Effect& effect);

  // Events of OutputLost so far.
  int64_t outputs_lost() const { return outputs_lost_; }
  // Tasks with which passes of retried jobs began.
  int64_t tasks_kept() const { return tasks_kept_; }

 private:
  struct Book {
    JobId job;
    int stage = -1;  // -1: a fold task, or one that finishes a pass
    PassSpec spec;
    std::vector<bool> settled;  // by task
    std::set<int64_t> absent;
    int64_t lowest = 0;  // that is not settled
    // False: a retry may keep less than what is settled, for its results were large or too many are absent.
    bool is_kept = true;
  };

  void Learn(const mc::Event& event);
  void LearnStep(const mc::StepPlanned& planned);
  void LearnQuarantine(const mc::TaskQuarantined& quarantined);
  void LearnCompletion(const mc::StageCompleted& completed);
  void LearnRetry(const mc::JobRetried& retried);
  void LearnReissue(const mc::LeaseReissued& reissued);
  void LearnFailure(const mc::AttemptFailed& failed);
  void LearnRevoke(const mc::AttemptRevoked& revoked);
  void LearnHold(const mc::BlockHeld& held);
  void LearnEnd(const mc::JobEnded& ended);
  void LearnCommit(const mc::BlockCommitted& commit);
  void LearnFold(PassId tree, Block block, const mc::PlannedPass& pass);
  void LearnLoss(const mc::OutputLost& lost);
  void Settle(PassId pass, int64_t task);
  void CheckWindows(const mc::State& state);
  // What an earlier run of the job has left of a pass that was planned again.
  void Inherit(PassId id, Book& book);
  // A retried job's pass begins with what was committed of it; all of it, and nothing else.
  void CheckResumed(const mc::State& state, const mc::Event& event);
  void CheckResumed(const mc::Pass& pass);
  static void FindLowest(Book& book);

  const EventQueue& queue_;
  const absl::Time start_;
  std::optional<Violation> violation_;

  // From events, as they are decided.
  std::map<PassId, Book> passes_;                       // those that are journalled
  std::map<PassId, std::pair<PassId, Block>> readers_;  // fold tasks and finishes → whose nodes they read
  std::map<LeaseToken, std::string> live_;              // attempts that may commit → whose
  std::set<LeaseToken> reported_;                       // tokens of commits
  std::map<JobId, mc::JobState> ended_;
  std::set<JobId> retried_;
  std::set<std::pair<JobId, int>> complete_;     // stages
  std::set<std::pair<JobId, int>> with_absent_;  // stages
  std::set<JobId> durable_jobs_;
  std::set<std::pair<JobId, absl::Time>> durable_ends_;
  std::set<LeaseToken> durable_reports_;
  std::set<LeaseToken> durable_grants_;
  int64_t outputs_lost_ = 0;
  int64_t tasks_kept_ = 0;
};

}  // namespace mote::sim
