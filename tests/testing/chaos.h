// Kills, freezes and restarts the processes of a real cluster, as a seed says.
//
//   act     kill -9 or SIGTERM and a start again, or SIGSTOP and later SIGCONT, of the
//           coordinator, a supervisor or an engine
//   ending  what an act leaves to be done: the start, the SIGCONT
//
// Which acts come, on whom, how far apart and how long they last is drawn from the
// seed. When they strike is real time: a seed repeats the plan, not the run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/philox.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {

// Not thread-safe.
class Chaos {
 public:
  // `cluster` outlives this.
  Chaos(RealCluster& cluster, uint64_t seed);

  // Does what is due. Call it every few milliseconds.
  void Step();
  // Ends every act: all processes run again.
  void Heal();

  // What was done and when, one line each.
  const std::vector<std::string>& log() const { return log_; }
  int acts() const { return acts_; }

 private:
  struct Ending {
    absl::Time at;
    int victim = 0;  // kCoordinator, or a worker's index; kNobody: an engine, which nothing else needs to spare
    std::function<void()> run;
  };

  void Act();
  void ActOnCoordinator();
  void ActOnWorker(int worker);
  void ActOnEngine(int worker);
  bool IsBusy(int victim) const;
  void EndAfter(absl::Duration wait, int victim, std::function<void()> run);
  void Note(std::string what);

  uint64_t Below(uint64_t n) { return random_.U64(drawn_++) % n; }
  absl::Duration Between(absl::Duration low, absl::Duration high);

  RealCluster& cluster_;
  const Philox random_;
  uint64_t drawn_ = 0;
  const absl::Time start_;
  absl::Time next_act_;
  std::vector<Ending> endings_;
  std::vector<std::string> log_;
  int acts_ = 0;
};

}  // namespace mote::testing
