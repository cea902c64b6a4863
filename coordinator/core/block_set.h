// Which blocks of one pass are pending, leased or committed.
//
// Holds ranges, not tasks: a pass of 10^9 tasks that nobody has touched is one
// number, the frontier. Every task is in exactly one of: beyond the frontier
// (pending, never leased), returned (pending again), leased, settled (committed or
// absent; not stored, it is the rest).
//
// Who moves a block from one to another: the file that decides, and the event that
// apply_block.h applies.
//
//   pending ──dispatch.cc, LeaseGranted──► leased ──report.cc, BlockCommitted──► settled
//      ▲                                     │ │
//      │◄──retry.cc, AttemptFailed; ─────────┘ └──verify.cc, BlockHeld──► leased, waiting
//      │   straggler.cc, AttemptRevoked             for another run that agrees
//      │                                     retry.cc, TaskQuarantined: one task ──► settled
//      └───output_loss.cc, OutputLost: the only copy of its result is gone ──── settled
//
// Not thread-safe. Nothing here allocates per task.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/block.h"
#include "common/ids.h"

namespace mote::coordinator {

// One try of a block, live until it commits, fails or is revoked.
struct Attempt {
  uint32_t number = 0;
  Epoch epoch;
  std::string worker;
  int slot = 0;
  absl::Time granted;
  bool operator==(const Attempt&) const = default;
};

inline LeaseToken TokenOf(JobId job, PassId pass, Block block, const Attempt& attempt) {
  return {attempt.epoch, job, pass, block, attempt.number};
}

struct LeasedBlock {
  Block block;
  std::vector<Attempt> attempts;  // at most two: one may be speculative
  // A result of it is kept and not settled yet: the block waits for another attempt
  // to confirm it, and stays leased although none may be live.
  bool held = false;
  bool operator==(const LeasedBlock&) const = default;
};

// Pending again, not to be leased before `not_before`.
struct ReturnedBlock {
  Block block;
  absl::Time not_before;
  bool operator==(const ReturnedBlock&) const = default;
};

inline bool AnyBlock(Block) { return true; }

class BlockSet {
 public:
  explicit BlockSet(int64_t task_count) : task_count_(task_count) {}

  // The lowest pending aligned block of at most 2^level_max tasks that may be
  // leased at `now` and starts before `window_end`; returned blocks first, if
  // `may_take` agrees. nullopt: there is none now.
  std::optional<Block> Next(absl::Time now, int level_max, int64_t window_end,
                            absl::FunctionRef<bool(Block)> may_take = AnyBlock) const;

  // Makes a pending block leased. FailedPrecondition: it is not pending as a whole.
  absl::Status Lease(Block block, Attempt attempt);

  // The leased block whose live attempts contain this one; nullptr: the token is
  // out of date.
  const LeasedBlock* Find(const LeaseToken& token) const;
  // The live attempt itself; nullptr likewise.
  const Attempt* FindAttempt(const LeaseToken& token) const;

  // Gives the attempt a new epoch. FailedPrecondition: it is not live.
  absl::Status Reissue(const LeaseToken& held, Epoch epoch);

  // Ends an attempt whose result is kept: see LeasedBlock::held. FailedPrecondition:
  // the attempt is not live.
  absl::Status Hold(const LeaseToken& token);

  // Ends an attempt without a result. If it was the block's last one, `pieces`
  // (which cover the block) are pending again from `not_before` on; without pieces a
  // held block goes on waiting. FailedPrecondition: the attempt is not live.
  absl::Status Fail(const LeaseToken& token, const std::vector<Block>& pieces, absl::Time not_before);

  // Settles [block begin, done_end) of a leased block; the rest is pending again and
  // all its attempts end. FailedPrecondition: the attempt is not live.
  absl::Status Commit(const LeaseToken& token, int64_t done_end);

  // Makes a pending block stand alone, not to be leased before `not_before`.
  // FailedPrecondition: it is not pending as a whole.
  absl::Status Isolate(Block block, absl::Time not_before);

  // Blocks that wait may be leased at once.
  void EndWaits();

  // Settles one pending task (it becomes absent). FailedPrecondition: not pending.
  absl::Status Settle(int64_t task);

  // Settles blocks that were finished in another life of the pass; before anything is
  // leased. `done` ascends.
  void SettleAtStart(const std::vector<Block>& done);

  // Ends every attempt without a result: all that was leased or had to wait is pending.
  void ReturnAll();

  // Makes settled tasks pending again: their results were lost. The caller makes sure
  // that the block is settled as a whole.
  void Unsettle(Block block);

  int64_t task_count() const { return task_count_; }
  int64_t settled() const { return settled_; }
  int64_t leased() const { return leased_tasks_; }
  // Held blocks without a live attempt: they want one.
  int64_t awaited() const { return awaited_; }
  int64_t pending() const { return task_count_ - settled_ - leased_tasks_; }
  // When a pending task may be leased; nullopt: it is leased or settled.
  std::optional<absl::Time> PendingFrom(int64_t task) const;
  // The leased block that holds the task; nullptr: none does.
  const LeasedBlock* LeaseOf(int64_t task) const;
  // The lowest task that is not settled (task_count when all are).
  int64_t first_unsettled() const;
  // When the earliest returned block that must wait may be leased.
  absl::Time next_ready() const;
  const absl::btree_map<int64_t, LeasedBlock>& leases() const { return leased_; }

  // What a snapshot holds: the tasks below the frontier are settled but for those
  // that were returned or are leased.
  int64_t frontier() const { return frontier_; }
  const absl::btree_map<int64_t, ReturnedBlock>& returned() const { return returned_; }
  // Settles the tasks below `frontier` of a set that nobody has touched.
  // FailedPrecondition: it has been touched, or the frontier lies beyond its tasks.
  absl::Status RestoreFrontier(int64_t frontier);
  // Takes back tasks that RestoreFrontier settled. FailedPrecondition: it did not.
  absl::Status RestoreReturned(const ReturnedBlock& returned);
  absl::Status RestoreLeased(const LeasedBlock& leased);

 private:
  absl::btree_map<int64_t, LeasedBlock>::iterator FindLease(const LeaseToken& token);
  void Return(Block block, absl::Time not_before);
  // Cuts `block` out of what is pending. FailedPrecondition: not pending as a whole.
  absl::Status TakePending(Block block);
  absl::Status TakeSettled(Block block);

  int64_t task_count_;
  int64_t frontier_ = 0;
  int64_t settled_ = 0;
  int64_t leased_tasks_ = 0;
  int64_t awaited_ = 0;
  absl::btree_map<int64_t, ReturnedBlock> returned_;  // by first task
  absl::btree_map<int64_t, LeasedBlock> leased_;      // by first task
};

}  // namespace mote::coordinator
