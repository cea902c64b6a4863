// Bugs that are planted on purpose: the simulator is trusted because it finds them.
//
// Most are planted where the simulator stands in for a shell (its loop, disk and
// network). The few that only the pure code itself can have are marked in place:
//
//   if (leased == nullptr && !MOTE_PLANTED(kNoTokenCheck)) …
//
// In every product build MOTE_PLANTED is the constant false and nothing of this is
// left. Only tests/sim compiles the marked files a second time, with
// MOTE_PLANTED_BUGS, for its own binary; there it asks which bug is planted.
#pragma once

#ifndef MOTE_PLANTED_BUGS

#define MOTE_PLANTED(...) false
#define MOTE_PLANTED_ZERO(reducer) std::nullopt

#else

#include <initializer_list>
#include <optional>
#include <string>

namespace mote {

class Reducer;

enum class PlantedBug {
  kNone,
  kNoTokenCheck,
  kEpochIgnored,
  kStaleAttemptCommits,
  kTwoAttemptsCommit,
  kAckBeforeDurable,
  kCommitNotJournalled,
  kEffectOutOfOrder,
  kGrantNotJournalled,
  kReconcileForgetsLease,
  kReportNotResent,
  kRetryForgotten,
  kBackoffNeverEnds,
  kBlockFoldedTwice,
  kSiblingsInArrivalOrder,
  kAbsentAsZero,
  kWindowNotAdvanced,
  kExpiredBeforeDrained,
  kLastWorkerExcluded,
  kOutputLostIgnored,
  kSnapshotMissesBatch,
  kKeptNodesForgotten,
  kCollectsTooMuch,
};

// One of them is the planted one.
bool IsPlanted(std::initializer_list<PlantedBug> bugs);
// A task's partial full of zeros; nullopt unless kAbsentAsZero is planted.
std::optional<std::string> PlantedZero(const Reducer& reducer);

}  // namespace mote

#define MOTE_PLANTED(...)                    \
  [] {                                       \
    using enum ::mote::PlantedBug;           \
    return ::mote::IsPlanted({__VA_ARGS__}); \
  }()
#define MOTE_PLANTED_ZERO(reducer) ::mote::PlantedZero(reducer)

#endif
