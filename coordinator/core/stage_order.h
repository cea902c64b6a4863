// In which order the stages of one job are offered slots that several of them could use:
// the one first that the job's end waits for the longest (list scheduling by highest
// level; Hu: Parallel sequencing and assembly line problems, 1961; with learned costs, as
// the upward rank of HEFT; Topcuoglu, Hariri and Wu, 2002).
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// For each stage, of which each takes what `lengths` says: how long the longest chain of
// stages that wait for each other takes from its beginning to the job's end.
std::vector<absl::Duration> LongestChains(const AdmittedJob& job, const std::vector<absl::Duration>& lengths);

// For each stage: how long the job takes at least from there to its end, along the longest
// chain of stages that wait for each other. A stage takes what its tasks that are left
// take on all `slots`, and no less than one of them; where none is done yet, a millisecond
// a task is assumed, so that of stages that nothing is known of the longer chain comes
// first. Complete stages take nothing. Pure.
std::vector<absl::Duration> UpwardRanks(const Job& job, int64_t slots);

// Passes of a job that are not complete, in the order in which they are offered. Pointers
// live as long as the job's passes.
struct PassOrder {
  std::vector<Pass*> passes;
  bool of_several_stages = false;
};

// Those of stages first that were never tried (nothing is done, nothing failed, and no slot
// has a lease), since what they cost decides what is best; then by their stages' ranks, then
// as they were planned.
PassOrder PassesInOrder(Job& job, int64_t slots);

}  // namespace mote::coordinator
