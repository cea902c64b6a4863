// Events and effects as the lines of a transcript.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "coordinator/core/effect.h"
#include "coordinator/core/event.h"

namespace mote::scenarios {

namespace mc = ::mote::coordinator;

// How transcripts call what has no name of its own.
struct Names {
  std::function<std::string(SessionId)> worker;      // whose stream
  std::function<int64_t(JobId, PassId)> task_count;  // of a pass
};

// "job 1 tasks [0, 4) attempt 2 (epoch 1)"; the pass is told when it is not the job's
// first.
std::string Describe(const LeaseToken& token, const Names& names);

// "LeaseGranted job 1 tasks [0, 1) attempt 1 (epoch 1) to w1 slot 0".
std::string Describe(const mc::Event& event, const Names& names);

// "> w1: ack job 1 tasks [0, 1) attempt 1 (epoch 1)". nullopt: of no interest to a
// reader (that watchers want to look again).
std::optional<std::string> Describe(const mc::Effect& effect, const Names& names);

// "RUNNING, 3 of 4 tasks, 1 running".
std::string Describe(const mc::JobView& view);

}  // namespace mote::scenarios
