// The coordinator's effects as what a session hears.
#pragma once

#include "coordinator/core/effect.h"
#include "tests/sim/network.h"

namespace mote::sim {

// Sends what `effect` says to its worker. False: it is not for a worker.
bool SendToWorker(Network& network, const coordinator::Effect& effect);

}  // namespace mote::sim
