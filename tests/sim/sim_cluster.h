// A whole cluster in one thread and virtual time: the real core and sessions, a
// network and a disk that misbehave, faults from a seed.
//
//   loop        decides, commits, releases; crashes
//   disk        what a crash leaves: the journal and the artifacts
//   network     streams that delay, overtake and break
//   sim_worker  the real session; pretended engines
//   workload    what is computed, and what must come out
//   clients     submit, watch, ask again, retry, submit again
//   invariants  what must hold after every step; state_checks: of the core's state
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/sim/clients.h"
#include "tests/sim/disk.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/invariants.h"
#include "tests/sim/loop.h"
#include "tests/sim/network.h"
#include "tests/sim/options.h"
#include "tests/sim/sim_worker.h"
#include "tests/sim/trace.h"
#include "tests/sim/violation.h"
#include "tests/sim/workload.h"

namespace mote::sim {

class SimCluster {
 public:
  SimCluster(uint64_t seed, const Options& options);

  // Writes what happens, line by line; before Run.
  void Follow(std::ostream& out);

  // Runs until every job has ended. What went wrong, or nothing.
  std::optional<Violation> Run();

  int64_t steps() const { return steps_; }
  int64_t outputs_lost() const { return invariants_.outputs_lost(); }
  int64_t tasks_kept() const { return invariants_.tasks_kept(); }
  // Stages that took what was stored; after Run.
  int64_t stages_reused() const { return stages_reused_; }
  int64_t blobs_removed() { return disk_.blobs().removed(); }
  // The first job as its client saw it end.
  const std::optional<mc::JobView>& ended() const { return clients_.ended(0); }
  // …and as it saw it when a twentieth was done.
  const std::optional<Clients::Early>& early() const { return clients_.early(0); }

 private:
  void RunToTheEnd();
  void Release(const mc::Effect& effect);
  void Collect(mc::CollectArtifacts collect);
  void CoordinatorCrashed();
  void AddWorker(bool may_be_bad = true);
  void DoAsTheReasonSays();
  const std::string* Ask(const std::string& worker, const Digest& digest) const;
  bool InChaos() const { return queue_.now() < start_ + options_.chaos; }
  void ScheduleFaults();
  void Fault();
  void CoordinatorFault(uint64_t which);
  void WorkerFault(uint64_t which, SimWorker& worker);
  void CrashWorker(SimWorker& worker);
  void Drain(SimWorker& worker);
  void CheckResults();

  const Options options_;
  Random random_;
  EventQueue queue_;
  const absl::Time start_ = queue_.now();
  Invariants invariants_;
  Workload workload_;
  Disk disk_;
  std::optional<Trace> trace_;
  Loop loop_;
  Network network_;
  Clients clients_;
  std::vector<std::unique_ptr<SimWorker>> workers_;
  bool helped_ = false;
  int64_t steps_ = 0;
  int64_t stages_reused_ = 0;
};

}  // namespace mote::sim
