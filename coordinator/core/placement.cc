#include "coordinator/core/placement.h"

#include <algorithm>

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
  if (worker.second_a_byte.is_measured()) speed.second_a_byte = worker.second_a_byte.estimate().value;
  return RelativeDuration(state, stage, pass, speed);
}

void LearnSpeed(Worker& worker, int slot, const StageRun& stage, const Pass& pass, const WorkerReport& report) {
  if (report.cost.tasks <= 0 || !IsSlotOf(worker, slot)) return;
  const double seconds = static_cast<double>(report.cost.communication_ns()) * 1e-9;
  if (report.cost.network_bytes > 0 && seconds > 0) {
    worker.second_a_byte.Add(seconds / static_cast<double>(report.cost.network_bytes));
  }
  // Of a pass without a report yet, all that is known is how long its kernel took before.
  const double mean =
      pass.cost.tasks > 0 ? ComputeSeconds(pass.cost) : absl::ToDoubleSeconds(TaskDuration(stage, pass));
  const double here =
      pass.cost.tasks > 0 ? ComputeSeconds(report.cost) : static_cast<double>(report.cost.mean_task_ns()) * 1e-9;
  if (mean <= 0) return;
  Slot& learned = worker.slots[slot];
  learned.speed.Add(std::clamp(here / mean, 1 / kSlownessMax, kSlownessMax));
  learned.slowness = learned.speed.estimate().value;
}

}  // namespace mote::coordinator
