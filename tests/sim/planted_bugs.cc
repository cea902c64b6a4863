#include "tests/sim/planted_bugs.h"

#include <algorithm>

#include "tests/sim/workload.h"

namespace mote {
namespace {

PlantedBug planted = PlantedBug::kNone;

}  // namespace

bool IsPlanted(std::initializer_list<PlantedBug> bugs) {
  return planted != PlantedBug::kNone && std::find(bugs.begin(), bugs.end(), planted) != bugs.end();
}

std::optional<std::string> PlantedZero(const Reducer& reducer) {
  if (planted != PlantedBug::kAbsentAsZero) return std::nullopt;
  const auto* rows = dynamic_cast<const RowReducer*>(&reducer);
  if (rows == nullptr) return std::nullopt;
  return sim::LeafOfZeros(*rows);
}

namespace sim {

void Plant(PlantedBug bug) { planted = bug; }
PlantedBug Planted() { return planted; }

const std::vector<BugOption>& BugOptions() {
  using enum PlantedBug;
  static const auto* const options = new std::vector<BugOption>{
      {kNoTokenCheck, "no-token-check", "a report counts whatever its token says"},
      {kEpochIgnored, "epoch-ignored", "a token of an older epoch is as good as one of this epoch"},
      {kStaleAttemptCommits, "stale-attempt-commits", "an attempt that was given up still commits"},
      {kTwoAttemptsCommit, "two-attempts-commit", "the first commit of a block leaves its other attempt live"},
      {kAckBeforeDurable, "ack-before-durable", "a report is acknowledged as soon as its commit is decided"},
      {kCommitNotJournalled, "commit-not-journalled", "a commit is applied and not written"},
      {kEffectOutOfOrder, "effect-out-of-order", "a batch's effects leave after those of the next batch"},
      {kGrantNotJournalled, "grant-not-journalled", "a lease is granted and not written"},
      {kReconcileForgetsLease, "reconcile-forgets-lease", "one of the leases in Hello is overlooked"},
      {kReportNotResent, "report-not-resent", "what was reported on a lost stream is not reported again"},
      {kRetryForgotten, "retry-forgotten", "the block of a crashed engine is not pending again"},
      {kBackoffNeverEnds, "backoff-never-ends", "a block that failed twice waits for ever"},
      {kBlockFoldedTwice, "block-folded-twice", "a committed block goes into the fold a second time"},
      {kSiblingsInArrivalOrder, "siblings-in-arrival-order", "the node that came first is taken as the left one"},
      {kAbsentAsZero, "absent-as-zero", "an absent task counts as one whose values are zero"},
      {kWindowNotAdvanced, "window-not-advanced", "the window of leases stays at an absent task"},
      {kExpiredBeforeDrained, "expired-before-drained", "deadlines are judged while heartbeats wait in the mailbox"},
      {kLastWorkerExcluded, "last-worker-excluded", "a slot that fails is excluded though no other one is left"},
      {kOutputLostIgnored, "output-lost-ignored", "what a lost worker alone had is still waited for"},
      {kSnapshotMissesBatch, "snapshot-misses-batch", "a snapshot stands for a batch that it does not hold"},
      {kKeptNodesForgotten, "kept-nodes-forgotten", "a retry runs a stage with quarantined tasks whole"},
      {kCollectsTooMuch, "collects-too-much", "what a running job has put is taken for nobody's"},
  };
  return *options;
}

}  // namespace sim
}  // namespace mote
