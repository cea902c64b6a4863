// What a task will take in a slot: what placement and the size of blocks go by.
//
//   predicted = compute·slowness + bytes·α_w
//
// with the pass's mean compute (all that is no communication) and network bytes of a task, the
// learned slowness of the slot, and the seconds that a byte takes to and from the worker.
// Workers of one class may lie behind very different links, so α_w is learned for each, from
// its own reports; until then it is the pass's own mean.
#pragma once

#include "coordinator/core/command.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// How many times longer than the mean (TaskDuration) a task of the pass takes in a slot of
// that speed. 1 while nothing is known.
double RelativeDuration(const State& state, const StageRun& stage, const Pass& pass, const SlotSpeed& speed);
double RelativeDuration(const State& state, const StageRun& stage, const Pass& pass, const Worker& worker, int slot);

// Learns from a report, before its cost is added to the pass and its kernel to the slot's: how
// slow the slot computes and what a byte costs its worker.
void LearnSpeed(Cluster& cluster, Worker& worker, int slot, const StageRun& stage, const Pass& pass,
                const WorkerReport& report);

}  // namespace mote::coordinator
