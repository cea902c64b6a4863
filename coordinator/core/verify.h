// Verification: blocks that are run more than once, so that a machine which computes
// wrongly is found. A value commits once as many runs agree as the stage wants; until
// then it is held, and never is a minority's value taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// True where the block is to be run more than once. A pure function of the job, the
// pass and the block's first task, drawn by a counter-based generator: whatever sizes
// blocks have, the expected share of verified tasks is `verify.sample`.
bool IsVerified(const Job& job, const Pass& pass, Block block);

// Level of the largest block that a stage with `verify` leases: such a block is compared
// whole, and the report has room for so many tasks that only compute, whatever they take
// (TaskColumnsWriter::kComputedTasksMin). Where it has not, the block is cut: CutVerified.
inline constexpr int kVerifiedLevelMax = 12;

// A held block that wants an attempt and may have it on this worker: no other ready one
// that may run it has run it less often.
std::optional<Block> HeldBlockFor(const State& state, const Job& job, const Pass& pass, const Worker& worker);

// The whole of a verified block was reported under a current token, by a slot of the worker:
// holds it, and commits, distrusts or ends the job by what the runs say together. `cost_cut`:
// the report claimed more than it was given. True: it committed.
bool OnVerifiedReport(Transaction& tx, const WorkerReport& report, const Worker& worker, int slot,
                      absl::Duration slot_time, bool cost_cut);

// The attempt went no further than task `at` inside the verified block, although nothing
// failed and nobody asked: its report was full, and that of another attempt would be. Cuts
// the block there, so that its parts can be compared. What was held of the whole is
// dropped. `wasted`: slot time of the attempt.
void CutVerified(Transaction& tx, const LeaseToken& token, int64_t at, const std::string& worker,
                 absl::Duration wasted);

}  // namespace mote::coordinator
