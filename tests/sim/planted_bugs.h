// Which bug of common/planted.h this process has. One at a time; none at first.
#pragma once

#include <string_view>
#include <vector>

#include "common/planted.h"

namespace mote::sim {

struct BugOption {
  PlantedBug bug;
  std::string_view name;  // as `mote-sim --bug` takes it
  std::string_view summary;
};
const std::vector<BugOption>& BugOptions();

// Not thread-safe: a simulation runs in one thread.
void Plant(PlantedBug bug);
PlantedBug Planted();

}  // namespace mote::sim
