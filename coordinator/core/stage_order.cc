#include "coordinator/core/stage_order.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace mote::coordinator {
namespace {

constexpr absl::Duration kUnknownTask = absl::Milliseconds(1);

absl::Duration LeftOf(const StageRun& run, int64_t slots) {
  if (run.state == StageState::kComplete) return absl::ZeroDuration();
  const auto done = static_cast<double>(run.tasks_committed);
  const double like = done - static_cast<double>(run.probes.tasks);  // those that are left
  const absl::Duration task = like > 0 ? (run.cost.device_time - run.probes.used.device_time) / like : kUnknownTask;
  const double left = static_cast<double>(run.tasks_total) + static_cast<double>(run.tasks_to_come) - done;
  return task * std::max(1.0, left / static_cast<double>(std::max<int64_t>(1, slots)));
}

}  // namespace

// From the stages that nothing waits for, backwards.
std::vector<absl::Duration> LongestChains(const AdmittedJob& job, const std::vector<absl::Duration>& lengths) {
  const auto& stages = job.stages;
  std::vector<absl::Duration> chains(stages.size());
  std::vector<int> open_followers(stages.size());
  for (const AdmittedStage& stage : stages) {
    for (const int before : stage.after) ++open_followers[static_cast<size_t>(before)];
  }
  std::vector<size_t> next;
  for (size_t i = 0; i < stages.size(); ++i) {
    if (open_followers[i] == 0) next.push_back(i);
  }
  while (!next.empty()) {
    const size_t i = next.back();
    next.pop_back();
    chains[i] += lengths[i];  // on top of the longest that follows
    for (const int stage : stages[i].after) {
      const auto before = static_cast<size_t>(stage);
      chains[before] = std::max(chains[before], chains[i]);
      if (--open_followers[before] == 0) next.push_back(before);
    }
  }
  return chains;
}

std::vector<absl::Duration> UpwardRanks(const Job& job, int64_t slots) {
  std::vector<absl::Duration> lengths;
  for (const StageRun& run : job.stages) lengths.push_back(LeftOf(run, slots));
  return LongestChains(job.admitted, lengths);
}

PassOrder PassesInOrder(Job& job, int64_t slots) {
  PassOrder order;
  for (auto& [id, pass] : job.passes) {
    if (!pass.result) order.passes.push_back(&pass);
  }
  order.of_several_stages = std::any_of(order.passes.begin(), order.passes.end(),
                                        [&](const Pass* pass) { return pass->stage != order.passes.front()->stage; });
  if (!order.of_several_stages) return order;
  const std::vector<absl::Duration> ranks = UpwardRanks(job, slots);
  std::vector<bool> tried(job.stages.size());
  for (size_t i = 0; i < job.stages.size(); ++i) {
    tried[i] = job.stages[i].tasks_committed > 0 || job.stages[i].cost.attempts_lost > 0;
  }
  for (const Pass* pass : order.passes) {
    if (pass->blocks.leased() > 0) tried[static_cast<size_t>(pass->stage)] = true;
  }
  const auto urgency = [&](const Pass* pass) {
    const auto stage = static_cast<size_t>(pass->stage);
    return std::pair(!tried[stage], ranks[stage]);
  };
  std::stable_sort(order.passes.begin(), order.passes.end(),
                   [&](const Pass* a, const Pass* b) { return urgency(a) > urgency(b); });
  return order;
}

}  // namespace mote::coordinator
