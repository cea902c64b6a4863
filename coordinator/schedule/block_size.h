// How many tasks to lease at once.
//
// Large enough that the dispatch of a block costs little against its work, small
// enough that a slot reports at least every 200 ms and that all slots finish
// together. It never changes a result: any block is a node of the reduction tree.
#pragma once

#include "coordinator/core/policy.h"

namespace mote::coordinator {

// Level k: at most 2^k tasks.
//
// Guided self-scheduling (Polychronopoulos and Kuck 1987): a block is at most half of
// an even share of what is pending, or all of it where one slot is alone; but not so small
// that its 5 ms of dispatch-free work are lost, and at most 100 ms of work. Unknown
// durations start with one task.
int ChooseBlockLevel(const BlockDemand& demand);

}  // namespace mote::coordinator
