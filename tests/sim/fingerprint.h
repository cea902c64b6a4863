// The journalled part of a state as text, to compare live with replay.
#pragma once

#include <string>

#include "coordinator/core/state.h"

namespace mote::sim {

std::string Fingerprint(const coordinator::State& state);

}  // namespace mote::sim
