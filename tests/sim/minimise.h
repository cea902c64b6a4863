// Shrinks a failing simulation.
#pragma once

#include <functional>
#include <string>

#include "tests/sim/command_line.h"
#include "tests/sim/violation.h"

namespace mote::sim {

struct Minimised {
  Case smallest;
  Violation violation;
  int tried = 0;  // simulations
};

// Drops faults one by one, then takes fewer tasks, workers, slots and jobs and a shorter
// chaos, as long as `failed` still breaks the same invariant; a few neighbouring seeds are
// tried for each. Ends when nothing smaller fails, or when `enough` says so.
Minimised Minimise(const Case& failed, const Violation& violation, const std::function<bool()>& enough);

}  // namespace mote::sim
