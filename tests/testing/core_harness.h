// The core with a clock, workers and a journal that tests move by hand.
//
// Every step's events are kept as a journal; Restart() replays it into a new core,
// as a crash would: a snapshot of its first half, and the rest. After each step the
// invariants are checked.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/core/core.h"
#include "coordinator/plan/registry.h"
#include "coordinator/schedule/fair_policy.h"

namespace mote::testing {

namespace mc = ::mote::coordinator;

// One stage "work" of `operation` with so many tasks.
mc::JobSpec OneStage(const std::string& operation, int64_t tasks, const std::string& parameters = "{}");

// A stage of so many no-ops that comes after others.
mc::StageSpec NoopStage(const std::string& name, int64_t tasks, const std::vector<std::string>& after);

class CoreHarness {
 public:
  explicit CoreHarness(const mc::PlannerTable& planners = mc::BuiltinPlanners());

  mc::CoreOptions options;  // changes take effect at the next Restart()

  // Commands -------------------------------------------------------------------
  absl::StatusOr<JobId> Submit(const mc::JobSpec& spec, const std::string& request_id = "");
  // Says Hello and makes every slot ready. Answers the kept leases.
  std::vector<mc::KeptLease> Connect(const std::string& worker, int slots = 1, std::vector<LeaseToken> held = {},
                                     const std::string& numeric_class = "cpu");
  void Disconnect(const std::string& worker);
  void Goodbye(const std::string& worker);
  void Heartbeat(const std::string& worker);
  // Ticks; connected workers stay alive if `heartbeats`.
  void Advance(absl::Duration duration, bool heartbeats = true);
  // What a step of the wall clock shows after the next Restart().
  void StepClock(absl::Duration by) { now_ += by; }
  void Cancel(JobId job);
  mc::JobView View(JobId job);
  std::vector<mc::WorkerView> Workers();

  // Leases ---------------------------------------------------------------------
  // What was sent to the worker and not taken yet, oldest first.
  std::vector<mc::SendLease> TakeLeases(const std::string& worker);
  // The next lease, or dies if there is none.
  mc::SendLease TakeLease(const std::string& worker);
  std::vector<LeaseToken> TakeRevokes(const std::string& worker);
  std::vector<LeaseToken> TakeShortens(const std::string& worker);
  std::vector<LeaseToken> TakeAcks(const std::string& worker);
  // The whole block done, or its first `tasks` ones.
  void ReportDone(const std::string& worker, const mc::SendLease& lease, int64_t tasks = -1);
  void ReportFault(const std::string& worker, const mc::SendLease& lease, FaultKind kind, int64_t task = -1,
                   int64_t done = 0);
  void Send(const mc::Command& command);
  SessionId SessionOf(const std::string& worker) const { return sessions_.at(worker); }
  // What the worker was told to keep no longer: one partial each, and whole passes.
  std::vector<mc::SendReleasePartial> TakeReleases(const std::string& worker);
  std::vector<PassId> TakeDrops(const std::string& worker);
  // All lines of the ledger so far, also those of cores that have crashed.
  const std::vector<mc::LedgerEntry>& ledger() const { return ledger_; }
  // What was to be collected, each time.
  const std::vector<mc::CollectArtifacts>& collects() const { return collects_; }
  // True if the session was ended by the coordinator.
  bool WasClosed(const std::string& worker) const;
  // Every worker does what it was leased until nothing is left to do.
  void RunAll();

  // A crash: all that is not journalled is gone; workers must connect again.
  void Restart();
  // Replaying a snapshot of the journal's first `count` events and the rest leads to
  // where replaying all of it leads.
  void CheckSnapshotAt(size_t count) const;

  const mc::Core& core() const { return *core_; }
  const std::vector<mc::Event>& journal() const { return journal_; }
  const std::map<Digest, std::string>& blobs() const { return blobs_; }
  const std::vector<mc::Reply>& replies() const { return replies_; }
  // The rows of a finished table output, flat.
  std::string TableBytes(const Output& output) const;
  absl::Time now() const { return now_; }

  // Not 0: reported rows are those of a task so many further on.
  int64_t lie = 0;
  // How long ReportDone says that a task took.
  absl::Duration task_duration = absl::Milliseconds(1);
  // Not null: has the last word on how a worker introduces itself.
  std::function<void(mc::WorkerHello&)> introduce;
  // Not null: has the last word on what ReportDone reports.
  std::function<void(mc::WorkerReport&)> edit;
  // Passes of which workers keep partials, as their next Hello says.
  std::map<std::string, std::vector<PassId>> holding;

  // A leaf's partial by the pass's reducer: tests run kernels' work by themselves.
  std::function<std::string(const PassSpec&, int64_t task)> leaf;

 private:
  void Take(mc::Decision decision);
  void CheckInvariants() const;
  // A core that has replayed these events.
  std::unique_ptr<mc::Core> CoreAfter(const std::vector<mc::Event>& events) const;
  // The journal with its first `count` events replaced by their snapshot.
  std::vector<mc::Event> JournalWithSnapshot(size_t count) const;
  std::vector<Node> Fold(const PassSpec& spec, Block block, int64_t end);

  const mc::PlannerTable& planners_;
  mc::FairPolicy policy_;
  std::unique_ptr<mc::Core> core_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000'000);
  std::vector<mc::Event> journal_;
  std::map<Digest, std::string> blobs_;
  std::map<std::string, SessionId> sessions_;
  std::map<SessionId, std::deque<mc::SendLease>> leases_;
  std::map<SessionId, std::vector<LeaseToken>> revokes_;
  std::map<SessionId, std::vector<LeaseToken>> shortens_;
  std::map<SessionId, std::vector<LeaseToken>> acks_;
  std::map<SessionId, std::vector<mc::SendReleasePartial>> releases_;
  std::map<SessionId, std::vector<PassId>> drops_;
  std::map<PassId, std::shared_ptr<const PassSpec>> specs_;
  std::vector<SessionId> closed_;
  std::vector<mc::Reply> replies_;
  std::vector<mc::CollectArtifacts> collects_;
  std::vector<mc::LedgerEntry> ledger_;
  uint64_t next_id_ = 1;
};

}  // namespace mote::testing
