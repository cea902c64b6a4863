#include "coordinator/core/capable.h"

#include <algorithm>

namespace mote::coordinator {

bool AnyOpenSlotMayRun(const State& state, const Job& job, const Pass& pass, const SlotName& but) {
  const std::string& bound = pass.spec->worker;
  const auto counts = [&](const OpenSlot& open) {
    return (bound.empty() || open.worker == bound) && (open.worker != but.worker || open.slot != but.slot);
  };
  for (const auto& [kind, slots] : state.cluster.open_slots().kinds()) {
    const auto found = std::find_if(slots.begin(), slots.end(), counts);
    if (found == slots.end()) continue;
    const Worker& worker = *state.cluster.Find(found->worker);
    if (MayRun(job, pass, worker, worker.slots[found->slot])) return true;
  }
  return false;
}

}  // namespace mote::coordinator
