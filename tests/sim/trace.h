// What happens in a simulation, line by line, in the words of the transcripts of
// tests/scenarios: events as they are decided, effects as they leave.
#pragma once

#include <map>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "coordinator/core/core.h"
#include "tests/scenarios/describe.h"
#include "tests/sim/event_queue.h"

namespace mote::sim {

namespace mc = ::mote::coordinator;

// Not thread-safe.
class Trace {
 public:
  Trace(std::ostream& out, const EventQueue& queue) : out_(out), queue_(queue), start_(queue.now()) {}

  void Decided(const mc::State& state, std::span<const mc::Event> events);
  void Released(const mc::State& state, const mc::Effect& effect);
  void Say(std::string_view text);

 private:
  void Learn(const mc::Event& event);
  scenarios::Names NamesIn(const mc::State& state) const;

  std::ostream& out_;
  const EventQueue& queue_;
  const absl::Time start_;
  std::map<PassId, int64_t> task_counts_;
};

}  // namespace mote::sim
