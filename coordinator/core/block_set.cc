#include "coordinator/core/block_set.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/planted.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

absl::Status NotLive(const LeaseToken& token) {
  return absl::FailedPreconditionError(
      absl::StrCat("attempt ", token.attempt, " of the block at task ", token.block.begin(), " is not live"));
}

}  // namespace

std::optional<Block> BlockSet::Next(absl::Time now, int level_max, int64_t window_end,
                                    absl::FunctionRef<bool(Block)> may_take) const {
  for (const auto& [begin, returned] : returned_) {
    if (begin >= window_end) break;
    if (returned.not_before > now || !may_take(returned.block)) continue;
    Block block = returned.block;
    while (block.level > level_max) block = block.Left();
    return block;
  }
  if (frontier_ >= task_count_ || frontier_ >= window_end) return std::nullopt;
  return LargestBlockAt(frontier_, level_max, task_count_);
}

absl::Status BlockSet::TakePending(Block block) {
  if (block.begin() >= frontier_ && block.begin() < task_count_) {
    for (const Block& before : CanonicalNodes({frontier_, block.begin()}, task_count_)) {
      Return(before, absl::InfinitePast());
    }
    frontier_ = block.end(task_count_);
    return absl::OkStatus();
  }
  auto found = returned_.upper_bound(block.begin());
  if (found != returned_.begin()) --found;
  if (found == returned_.end() || !found->second.block.Contains(block)) {
    return absl::FailedPreconditionError(absl::StrCat("the block at task ", block.begin(), " is not pending"));
  }
  const ReturnedBlock whole = found->second;
  returned_.erase(found);
  for (Block rest = whole.block; rest != block;) {
    const Block left = rest.Left(), right = rest.Right();
    const bool in_left = left.Contains(block);
    const Block other = in_left ? right : left;
    if (other.begin() < task_count_) Return(other, whole.not_before);
    rest = in_left ? left : right;
  }
  return absl::OkStatus();
}

absl::Status BlockSet::Lease(Block block, Attempt attempt) {
  auto found = leased_.find(block.begin());
  if (found != leased_.end() && found->second.block == block) {
    if (found->second.attempts.size() >= 2) return absl::FailedPreconditionError("the block has two live attempts");
    if (found->second.attempts.empty()) --awaited_;
    found->second.attempts.push_back(std::move(attempt));
    return absl::OkStatus();
  }
  MOTE_RETURN_IF_ERROR(TakePending(block));
  leased_tasks_ += block.size(task_count_);
  LeasedBlock& leased = leased_[block.begin()];
  leased.block = block;
  leased.attempts.push_back(std::move(attempt));
  return absl::OkStatus();
}

absl::btree_map<int64_t, LeasedBlock>::iterator BlockSet::FindLease(const LeaseToken& token) {
  auto found = leased_.find(token.block.begin());
  if (found == leased_.end() || found->second.block != token.block) return leased_.end();
  const bool live = std::any_of(found->second.attempts.begin(), found->second.attempts.end(), [&](const Attempt& a) {
    return (a.number == token.attempt || MOTE_PLANTED(kNoTokenCheck, kStaleAttemptCommits)) &&
           (a.epoch == token.epoch || MOTE_PLANTED(kNoTokenCheck, kEpochIgnored));
  });
  return live ? found : leased_.end();
}

const LeasedBlock* BlockSet::Find(const LeaseToken& token) const {
  auto found = const_cast<BlockSet*>(this)->FindLease(token);
  return found == leased_.end() ? nullptr : &found->second;
}

const Attempt* BlockSet::FindAttempt(const LeaseToken& token) const {
  const LeasedBlock* leased = Find(token);
  if (leased == nullptr) return nullptr;
  return &*std::find_if(leased->attempts.begin(), leased->attempts.end(),
                        [&](const Attempt& attempt) { return attempt.number == token.attempt; });
}

absl::Status BlockSet::Reissue(const LeaseToken& held, Epoch epoch) {
  auto found = FindLease(held);
  if (found == leased_.end()) return NotLive(held);
  for (Attempt& attempt : found->second.attempts) {
    if (attempt.number == held.attempt) attempt.epoch = epoch;
  }
  return absl::OkStatus();
}

absl::Status BlockSet::Hold(const LeaseToken& token) {
  auto found = FindLease(token);
  if (found == leased_.end()) return NotLive(token);
  std::erase_if(found->second.attempts, [&](const Attempt& a) { return a.number == token.attempt; });
  found->second.held = true;
  if (found->second.attempts.empty()) ++awaited_;
  return absl::OkStatus();
}

absl::Status BlockSet::Fail(const LeaseToken& token, const std::vector<Block>& pieces, absl::Time not_before) {
  auto found = FindLease(token);
  if (found == leased_.end()) return NotLive(token);
  std::erase_if(found->second.attempts, [&](const Attempt& a) { return a.number == token.attempt; });
  if (!found->second.attempts.empty()) return absl::OkStatus();
  if (found->second.held && pieces.empty()) {
    ++awaited_;
    return absl::OkStatus();
  }
  leased_tasks_ -= token.block.size(task_count_);
  leased_.erase(found);
  for (const Block& piece : pieces) Return(piece, not_before);
  return absl::OkStatus();
}

absl::Status BlockSet::Commit(const LeaseToken& token, int64_t done_end) {
  auto found = FindLease(token);
  if (found == leased_.end()) return NotLive(token);
  const TaskRange range = token.block.range(task_count_);
  if (MOTE_PLANTED(kTwoAttemptsCommit) && found->second.attempts.size() > 1) {
    std::erase_if(found->second.attempts, [&](const Attempt& a) { return a.number == token.attempt; });
    return absl::OkStatus();
  }
  leased_.erase(found);
  leased_tasks_ -= range.size();
  settled_ += done_end - range.begin;
  for (const Block& rest : CanonicalNodes({done_end, range.end}, task_count_)) Return(rest, absl::InfinitePast());
  return absl::OkStatus();
}

absl::Status BlockSet::Isolate(Block block, absl::Time not_before) {
  MOTE_RETURN_IF_ERROR(TakePending(block));
  Return(block, not_before);
  return absl::OkStatus();
}

absl::Status BlockSet::Settle(int64_t task) {
  MOTE_RETURN_IF_ERROR(TakePending({0, task}));
  ++settled_;
  if (MOTE_PLANTED(kWindowNotAdvanced)) Return({0, task}, absl::InfiniteFuture());
  return absl::OkStatus();
}

void BlockSet::SettleAtStart(const std::vector<Block>& done) {
  int64_t at = 0;
  const auto return_before = [&](int64_t end) {
    for (const Block& piece : CanonicalNodes({at, end}, task_count_)) Return(piece, absl::InfinitePast());
  };
  for (const Block& block : done) {
    return_before(block.begin());
    settled_ += block.size(task_count_);
    at = block.end(task_count_);
  }
  return_before(task_count_);
  frontier_ = task_count_;
}

void BlockSet::ReturnAll() {
  EndWaits();
  for (const auto& [begin, leased] : leased_) Return(leased.block, absl::InfinitePast());
  leased_.clear();
  leased_tasks_ = awaited_ = 0;
}

void BlockSet::EndWaits() {
  for (auto& [begin, returned] : returned_) returned.not_before = absl::InfinitePast();
}

void BlockSet::Unsettle(Block block) {
  settled_ -= block.size(task_count_);
  Return(block, absl::InfinitePast());
}

void BlockSet::Return(Block block, absl::Time not_before) { returned_[block.begin()] = {block, not_before}; }

absl::Status BlockSet::RestoreFrontier(int64_t frontier) {
  if (frontier_ != 0 || frontier < 0 || frontier > task_count_) {
    return absl::FailedPreconditionError(absl::StrCat("a frontier of ", frontier, " does not fit ", task_count_,
                                                      " tasks, ", frontier_, " of them begun"));
  }
  frontier_ = settled_ = frontier;
  return absl::OkStatus();
}

absl::Status BlockSet::TakeSettled(Block block) {
  if (block.end(task_count_) > frontier_ || returned_.contains(block.begin()) || leased_.contains(block.begin())) {
    return absl::FailedPreconditionError(absl::StrCat("the block at task ", block.begin(), " is not settled"));
  }
  settled_ -= block.size(task_count_);
  return absl::OkStatus();
}

absl::Status BlockSet::RestoreReturned(const ReturnedBlock& returned) {
  MOTE_RETURN_IF_ERROR(TakeSettled(returned.block));
  Return(returned.block, returned.not_before);
  return absl::OkStatus();
}

absl::Status BlockSet::RestoreLeased(const LeasedBlock& leased) {
  MOTE_RETURN_IF_ERROR(TakeSettled(leased.block));
  leased_tasks_ += leased.block.size(task_count_);
  leased_[leased.block.begin()] = leased;
  if (leased.held && leased.attempts.empty()) ++awaited_;
  return absl::OkStatus();
}

std::optional<absl::Time> BlockSet::PendingFrom(int64_t task) const {
  if (task >= frontier_) return absl::InfinitePast();
  auto found = returned_.upper_bound(task);
  if (found == returned_.begin()) return std::nullopt;
  --found;
  if (task >= found->second.block.end(task_count_)) return std::nullopt;
  return found->second.not_before;
}

const LeasedBlock* BlockSet::LeaseOf(int64_t task) const {
  auto found = leased_.upper_bound(task);
  if (found == leased_.begin()) return nullptr;
  --found;
  return task < found->second.block.end(task_count_) ? &found->second : nullptr;
}

int64_t BlockSet::first_unsettled() const {
  int64_t first = std::min(frontier_, task_count_);
  if (!returned_.empty()) first = std::min(first, returned_.begin()->first);
  if (!leased_.empty()) first = std::min(first, leased_.begin()->first);
  return first;
}

absl::Time BlockSet::next_ready() const {
  absl::Time ready = absl::InfiniteFuture();
  for (const auto& [begin, returned] : returned_) ready = std::min(ready, returned.not_before);
  return ready;
}

}  // namespace mote::coordinator
