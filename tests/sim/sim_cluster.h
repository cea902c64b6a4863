// A whole cluster in one thread and virtual time: the real core and sessions, a
// network and a disk that misbehave, faults from a seed.
//
// Checked after every step: every task commits at most once, and only by a live
// attempt; a report is acknowledged only once its commit is in the journal. At every
// restart: replay equals live.
// Restarts begin with a snapshot that was taken at some moment; it leads where all of
// the journal leads.
// At the end: the job has finished and its bits are those of a plain fold.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/core/core.h"
#include "coordinator/schedule/fair_policy.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/options.h"
#include "tests/sim/sim_worker.h"

namespace mote::sim {

namespace mc = ::mote::coordinator;

class SimCluster {
 public:
  SimCluster(uint64_t seed, const Options& options);
  ~SimCluster();

  // Runs until the job has ended. What went wrong, or nothing.
  std::optional<std::string> Run();

  // For SimWorker: its side of the network.
  uint64_t OpenStream(SimWorker& worker, std::vector<LeaseToken> held);
  void CloseStream(uint64_t stream);
  void ToCoordinator(uint64_t stream, mc::Command command);

  int64_t steps() const { return steps_; }
  // The job as its client saw it end.
  const std::optional<mc::JobView>& ended() const { return ended_; }

 private:
  struct Stream {
    SimWorker* worker = nullptr;
    bool open = true;
    absl::Time to_worker_last, to_coordinator_last;  // messages of one direction stay in order
  };
  void StartCoordinator();
  void CrashCoordinator();
  void Post(const mc::Command& command);
  void CommitNext();
  void TakeSnapshot();
  void Release(const mc::Effect& effect);
  void ToWorker(SessionId session, std::function<worker::Actions(worker::Session&, absl::Time)> message);
  void BreakStream(uint64_t stream, bool tell_worker, bool tell_coordinator);

  void Submit();
  void ScheduleFaults();
  void Fault();
  void AddWorker();
  void Tick();

  absl::Duration NetworkDelay();
  absl::Duration DiskDelay();
  void Violation(std::string what);
  void CheckDecision(const mc::Decision& decision);
  void CheckEvent(const mc::Event& event);
  void CheckCommit(const mc::BlockCommitted& commit);
  void CheckAck(const LeaseToken& token);
  // What the journal says: after a crash, what was only decided has not happened.
  void LearnFromJournal();
  void CheckRestart();
  void CheckResult();

  const uint64_t seed_;
  const Options options_;
  Random random_;
  EventQueue queue_;
  mc::FairPolicy policy_;
  std::set<int64_t> poison_;

  std::unique_ptr<mc::Core> core_;
  uint64_t incarnation_ = 0;  // of the coordinator: what an older one scheduled is void
  bool coordinator_up_ = false;
  std::vector<mc::Event> journal_;   // durable
  std::vector<mc::Event> snapshot_;  // of its first `snapshot_until_` events; a restart begins with it
  size_t snapshot_until_ = 0;
  std::map<Digest, std::string> blobs_;  // durable
  std::deque<mc::Decision> uncommitted_;
  bool committing_ = false;

  std::map<uint64_t, Stream> streams_;
  uint64_t last_stream_ = 0;
  std::vector<std::unique_ptr<SimWorker>> workers_;
  int worker_names_ = 0;

  std::optional<JobId> job_;  // once the client saw it accepted
  std::optional<mc::JobView> ended_;
  // From events as they are decided.
  std::set<std::pair<PassId, int64_t>> committed_;  // (pass, task)
  std::set<LeaseToken> live_;                       // attempts that may commit
  std::set<LeaseToken> reported_;                   // tokens of commits
  std::set<LeaseToken> durable_reports_;            // the same, in the journal
  std::optional<std::string> violation_;
  int64_t steps_ = 0;
};

}  // namespace mote::sim
