#include "tests/sim/trace.h"

#include "absl/strings/str_cat.h"

namespace mote::sim {

void Trace::Decided(const mc::State& state, std::span<const mc::Event> events) {
  const scenarios::Names names = NamesIn(state);
  for (const mc::Event& event : events) {
    Learn(event);
    Say(scenarios::Describe(event, names));
  }
}

void Trace::Released(const mc::State& state, const mc::Effect& effect) {
  if (const auto line = scenarios::Describe(effect, NamesIn(state))) Say(*line);
}

void Trace::Say(std::string_view text) {
  const absl::Duration at = absl::Trunc(queue_.now() - start_, absl::Microseconds(1));
  out_ << absl::FormatDuration(at) << " " << text << "\n";
}

void Trace::Learn(const mc::Event& event) {
  if (const auto* planned = std::get_if<mc::StepPlanned>(&event)) {
    for (const mc::PlannedPass& pass : planned->passes) task_counts_[pass.pass] = pass.spec.task_count;
  } else if (const auto* finish = std::get_if<mc::FinishPlanned>(&event)) {
    task_counts_[finish->finish.pass] = finish->finish.spec.task_count;
  } else if (const auto* fold = std::get_if<mc::FoldPlanned>(&event)) {
    task_counts_[fold->fold.pass] = fold->fold.spec.task_count;
  }
}

scenarios::Names Trace::NamesIn(const mc::State& state) const {
  scenarios::Names names;
  names.worker = [&state](SessionId session) {
    for (const auto& [name, worker] : state.cluster.workers()) {
      if (worker.session == session) return name;
    }
    return absl::StrCat("session ", session.value);
  };
  names.task_count = [this](JobId, PassId pass) {
    const auto found = task_counts_.find(pass);
    return found == task_counts_.end() ? int64_t{0} : found->second;
  };
  return names;
}

}  // namespace mote::sim
