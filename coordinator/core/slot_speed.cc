#include "coordinator/core/slot_speed.h"

#include <algorithm>

#include "common/saturating.h"
#include "coordinator/core/estimate.h"

namespace mote::coordinator {
namespace {

constexpr double kSlownessMax = 1000;

// Mean seconds of a task of the pass that are no communication.
double ComputeSeconds(const Cost& cost) {
  if (cost.tasks <= 0) return 0;
  const double busy = static_cast<double>(cost.mean_task_ns());
  return std::max(0.0, busy - static_cast<double>(cost.communication_ns()) / static_cast<double>(cost.tasks)) * 1e-9;
}

double CommunicationSeconds(const Cost& cost) {
  return static_cast<double>(cost.communication_ns()) / static_cast<double>(std::max<int64_t>(1, cost.tasks)) * 1e-9;
}

// Of what a byte on the link takes: to and from a device they are on none.
double LinkSeconds(const Cost& cost) {
  return 1e-9 * static_cast<double>(SaturatingAdd(cost.phase_ns[static_cast<size_t>(Phase::kFetch)],
                                                  cost.phase_ns[static_cast<size_t>(Phase::kSend)]));
}

// Seconds of a task in this report that are no communication. Where the engine may have
// opened the kernel for it (loaded libtorch, a model), no more than the tasks' own time.
double SecondsHere(const Cost& cost, bool is_loaded) {
  const double compute = ComputeSeconds(cost);
  const double tasks = cost.task_ns.Mean() * 1e-9;
  return is_loaded || tasks <= 0 ? compute : std::min(compute, tasks);
}

double BytesOfTask(const Cost& cost) {
  return static_cast<double>(cost.network_bytes) / static_cast<double>(std::max<int64_t>(1, cost.tasks));
}

bool IsSlotOf(const Worker& worker, int slot) { return slot >= 0 && slot < static_cast<int>(worker.slots.size()); }

}  // namespace

double RelativeDuration(const State& state, const StageRun& stage, const Pass& pass, const SlotSpeed& speed) {
  const double mean = absl::ToDoubleSeconds(TaskDuration(stage, pass));
  const double bytes = BytesOfTask(pass.cost);
  if (!state.options.weigh_communication || pass.cost.tasks == 0 || bytes == 0 || mean <= 0) return speed.slowness;
  const double moved = speed.second_a_byte ? bytes * *speed.second_a_byte : CommunicationSeconds(pass.cost);
  return std::clamp((ComputeSeconds(pass.cost) * speed.slowness + moved) / mean, 1 / kSlownessMax, kSlownessMax);
}

double RelativeDuration(const State& state, const StageRun& stage, const Pass& pass, const Worker& worker, int slot) {
  SlotSpeed speed{worker.slots[slot].slowness};
  if (worker.second_a_byte.is_measured()) speed.second_a_byte = worker.second_a_byte.ratio();
  return RelativeDuration(state, stage, pass, speed);
}

void LearnSpeed(Cluster& cluster, Worker& worker, int slot, const StageRun& stage, const Pass& pass,
                const WorkerReport& report) {
  if (report.cost.tasks <= 0 || !IsSlotOf(worker, slot)) return;
  const double seconds = LinkSeconds(report.cost);
  if (report.cost.network_bytes > 0 && seconds > 0) {
    cluster.NoteTransfer(worker, static_cast<double>(report.cost.network_bytes), seconds);
  }
  // Of a pass without a report yet, all that is known is how long its kernel took before.
  const double mean =
      pass.cost.tasks > 0 ? ComputeSeconds(pass.cost) : absl::ToDoubleSeconds(TaskDuration(stage, pass));
  const bool is_loaded = worker.slots[slot].kernels.contains(pass.spec->kernel);
  const double here = pass.cost.tasks > 0 ? SecondsHere(report.cost, is_loaded)
                                          : static_cast<double>(report.cost.mean_task_ns()) * 1e-9;
  if (mean <= 0) return;
  Slot& learned = worker.slots[slot];
  learned.speed.Add(std::clamp(here / mean, 1 / kSlownessMax, kSlownessMax));
  learned.slowness = learned.speed.estimate().value;
}

}  // namespace mote::coordinator
