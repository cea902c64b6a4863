// A round of chaos: real jobs on a real cluster whose processes are killed, frozen and
// started again for a while; then everything is healed, and every job that was
// acknowledged must have given what it gives undisturbed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/testing/chaos_jobs.h"

namespace mote::testing {

struct RoundOptions {
  uint64_t seed = 1;
  int workers = 3;
  absl::Duration disturbed_for = absl::Seconds(15);
};

struct RoundReport {
  // What is wrong; empty: nothing.
  std::vector<std::string> problems;
  std::vector<std::string> acts;
  int jobs = 0;  // acknowledged, and verified
  int64_t tasks = 0;
  int64_t attempts_lost = 0;

  // Problems with what was done to the processes, and how to do it again.
  std::string Story(uint64_t seed) const;
};

// Verifies of each acknowledged job: its digest, its absent tasks, that its ledger has
// every task once; and that no lease and no process is left in the end.
RoundReport RunChaosRound(const RoundOptions& options, const std::vector<ChaosJob>& jobs,
                          const std::map<std::string, Undisturbed>& undisturbed);

}  // namespace mote::testing
