// The core: every decision of the coordinator, pure and deterministic.
#pragma once

#include <utility>
#include <vector>

#include "coordinator/core/command.h"
#include "coordinator/core/effect.h"
#include "coordinator/core/event.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// What a command led to.
struct Decision {
  std::vector<Event> events;                          // to be journalled, in order
  std::vector<Effect> effects;                        // to be released after that
  std::vector<std::pair<Digest, std::string>> blobs;  // to be stored before that
  std::vector<ArtifactRef> sync;                      // volatile artifacts to make durable before that

  bool empty() const { return events.empty() && effects.empty() && blobs.empty() && sync.empty(); }
};

// Not thread-safe. Same commands at the same times: same events, same effects.
class Core {
 public:
  // `planners` outlives the core.
  Core(CoreOptions options, const PlannerTable& planners);

  // Decides a command, applies its events, and appends them and the effects to
  // `decision`. Nothing throws; a refused command is a Reply or a CloseSession.
  void Step(absl::Time now, const Command& command, Decision* decision);

  // Applies an event of the journal.
  //
  // DataLoss: it contradicts the state (an unknown job, a block that is not leased).
  absl::Status Replay(const Event& event);

  // After the last Replay: a new epoch; leases of the old one are held back for
  // `reconnect_grace`.
  void StartEpoch(absl::Time now, Decision* decision);

  const State& state() const { return state_; }

 private:
  State state_;
};

}  // namespace mote::coordinator
