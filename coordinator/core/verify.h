// Verification: blocks that are run more than once, so that a machine which computes
// wrongly is found. A value commits once as many runs agree as the stage wants; until
// then it is held, and never is a minority's value taken.
#pragma once

#include <optional>

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// True where the block is to be run more than once. A pure function of the job, the
// pass and the block's first task, drawn by a counter-based generator: whatever sizes
// blocks have, the expected share of verified tasks is `verify.sample`.
bool IsVerified(const Job& job, const Pass& pass, Block block);

// Level of the largest block that a stage with `verify` leases: such a block is compared
// whole, so that its report must have room for all of its tasks, whatever they cost.
inline constexpr int kVerifiedLevelMax = 12;

// A held block that wants an attempt and may have it on this worker: no other ready one
// that may run it has run it less often.
std::optional<Block> HeldBlockFor(const State& state, const Job& job, const Pass& pass, const Worker& worker);

// The whole of a verified block was reported under a current token: holds it, and
// commits, distrusts or ends the job by what the runs say together. True: it committed.
bool OnVerifiedReport(Transaction& tx, const WorkerReport& report, const Worker& worker, absl::Duration slot_time);

}  // namespace mote::coordinator
