#include "coordinator/core/capable.h"

#include <algorithm>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"

namespace mote::coordinator {
namespace {

// What one slot may run, so may all of its kind.
bool MayRunOn(const State& state, const Job& job, const Pass& pass, const OpenSlot& slot) {
  const Worker& worker = *state.cluster.Find(slot.worker);
  return MayRun(job, pass, worker, worker.slots[slot.slot]);
}

}  // namespace

bool AnyOpenSlotMayRun(const State& state, const Job& job, const Pass& pass, const SlotName& but) {
  const auto is_other = [&](const OpenSlot& open) { return open.worker != but.worker || open.slot != but.slot; };
  for (const auto& [kind, slots] : state.cluster.open_slots().kinds()) {
    const auto other = std::find_if(slots.begin(), slots.end(), is_other);
    if (other != slots.end() && MayRunOn(state, job, pass, *other)) return true;
  }
  return false;
}

int64_t OpenSlotsFor(const State& state, const Job& job, const Pass& pass) {
  const bool asks = !pass.spec->worker.empty() || job.admitted.stages[pass.stage].spec.resources.any();
  if (!asks) return state.cluster.ready_slots();
  int64_t count = 0;
  for (const auto& [kind, slots] : state.cluster.open_slots().kinds()) {
    if (MayRunOn(state, job, pass, *slots.begin())) count += static_cast<int64_t>(slots.size());
  }
  return count;
}

std::string WhyNoneIsCapable(const State& state, const Job& job, const Pass& pass) {
  const StageSpec& spec = job.admitted.stages[pass.stage].spec;
  const OperationDescription& operation = job.admitted.stages[pass.stage].planner->description();
  const auto any = [&](absl::FunctionRef<bool(const Worker&)> allows) {
    return std::any_of(state.cluster.workers().begin(), state.cluster.workers().end(), [&](const auto& entry) {
      const Worker& worker = entry.second;
      const bool counts = pass.spec->worker.empty() || pass.spec->worker == worker.name;
      return worker.session && counts && allows(worker);
    });
  };
  if (operation.is_command && !any([](const Worker& worker) { return worker.allow_commands; })) {
    return absl::StrCat("stage ", spec.name,
                        " runs a program and no worker allows that; start one with --allow-commands");
  }
  if (operation.is_test && !any([](const Worker& worker) { return worker.allow_test_operations; })) {
    return absl::StrCat("stage ", spec.name, " runs ", operation.name,
                        " and no worker allows that; start one with --allow-test-operations");
  }
  if (ReadsShared(job) && !any([](const Worker& worker) { return worker.reads_shared; })) {
    return "the job reads shared files and no worker may; start one with --shared-dir DIR";
  }
  const Resources& wanted = spec.resources;
  const auto has_them = [&](const Worker& worker) {
    return wanted.FitLabels(worker.labels) &&
           std::any_of(worker.slots.begin(), worker.slots.end(),
                       [&](const Slot& slot) { return wanted.FitSlot(slot.device, slot.memory_bytes); });
  };
  if (!any(has_them)) {
    const std::string flags = wanted.Flags();
    return absl::StrCat("stage ", spec.name, " wants ", wanted.ToString(),
                        ", which no connected slot has; start a worker ",
                        flags.empty() ? "on a larger machine, or with fewer --slots" : "with " + flags);
  }
  const std::string& bound = NumericClassOf(job.stages[pass.stage], pass);
  if (!bound.empty()) {
    return absl::StrCat("stage ", spec.name, " is bound to numeric class ", bound,
                        " and no connected slot has it; start a worker on such a machine");
  }
  return absl::StrCat("no worker has all that stage ", spec.name, " needs at once; see `mote workers`");
}

}  // namespace mote::coordinator
