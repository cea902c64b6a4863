#include "coordinator/core/faults.h"

#include <algorithm>

namespace mote::coordinator {
namespace {

constexpr int kUnavailableMax = 10;
// Workers go for many reasons, tasks that take whole machines with them are rare. But
// one that does must not take every machine there is.
constexpr int kLostMax = 20;
// Bisecting harms nobody: it finds such a task sooner.
constexpr int kLostOfBlockMax = 3;

constexpr absl::Duration kAvoidFirst = absl::Seconds(1);
constexpr absl::Duration kAvoidAgain = absl::Seconds(30);

}  // namespace

int Faults::Of(Blame blame) const {
  switch (blame) {
    case Blame::kNobody:
      return 0;
    case Blame::kTask:
      return charged;
    case Blame::kInput:
      return unavailable;
    case Blame::kWorker:
      return lost;
  }
  return 0;
}

void Faults::Add(const Failure& failure, int failed_slot, absl::Time retry_at) {
  const Blame blame = BlameOf(failure.kind);
  charged += blame == Blame::kTask;
  unavailable += blame == Blame::kInput;
  lost += blame == Blame::kWorker;
  worker = failure.worker;
  slot = failed_slot;
  avoid_until = retry_at + (charged + unavailable + lost > 1 ? kAvoidAgain : kAvoidFirst);
}

bool Faults::Avoids(const std::string& worker_name, int slot_index, absl::Time now) const {
  return now < avoid_until && worker == worker_name && (slot < 0 || slot == slot_index);
}

int TaskFaultsMax(const StageSpec& stage, Blame blame) {
  switch (blame) {
    case Blame::kInput:
      return std::max(kUnavailableMax, stage.attempts_max);
    case Blame::kWorker:
      return std::max(kLostMax, stage.attempts_max);
    default:
      return stage.attempts_max;
  }
}

int BlockFaultsMax(const StageSpec& stage, FaultKind kind) {
  // Half of the block has half as much to do in the time that it is given.
  if (kind == FaultKind::kLeaseExpired || !IsSystemFault(kind)) return 1;
  if (kind == FaultKind::kLostWorker) return kLostOfBlockMax;
  return TaskFaultsMax(stage, BlameOf(kind));
}

}  // namespace mote::coordinator
