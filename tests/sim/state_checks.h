// What must hold in every state of the coordinator.
#pragma once

#include <optional>
#include <string>

#include "coordinator/core/state.h"

namespace mote::sim {

struct Finding {
  std::string invariant;
  std::string detail;
};

// The first thing that is wrong; nothing when all is well. Costs microseconds: it is
// called after every decision.
std::optional<Finding> CheckState(const coordinator::State& state);

// What must hold once deadlines were judged: work is not left lying because the only
// slots that may run it are excluded.
std::optional<Finding> CheckExclusions(const coordinator::State& state);

}  // namespace mote::sim
