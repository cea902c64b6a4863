// The streams between workers and the coordinator. Messages of one direction of a
// stream stay in order; streams overtake each other. What is under way when a stream
// breaks is lost.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "coordinator/core/core.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/loop.h"
#include "tests/sim/options.h"
#include "worker/session/session.h"

namespace mote::sim {

class SimWorker;

class Network {
 public:
  using Message = std::function<worker::Actions(worker::Session&, absl::Time)>;

  Network(EventQueue& queue, Random& random, const Options& options, Loop& loop)
      : queue_(queue), random_(random), options_(options), loop_(loop) {}

  // A new stream whose first message is the worker's Hello. 0: nobody answers.
  uint64_t Open(SimWorker& worker, const worker::Connect& connect);
  void ToCoordinator(uint64_t stream, mc::Command command);
  void Report(const SimWorker& worker, mc::WorkerReport report);
  void ToWorker(SessionId session, Message message);
  // Who is told of the end learns it a little later.
  void Break(uint64_t stream, bool tell_worker, bool tell_coordinator);
  // The coordinator's process is gone.
  void BreakAll();

 private:
  struct Stream {
    SimWorker* worker = nullptr;
    absl::Time to_worker_last, to_coordinator_last;
  };
  absl::Duration Delay();
  void RepeatReports(uint64_t stream, SimWorker& worker);

  EventQueue& queue_;
  Random& random_;
  const Options& options_;
  Loop& loop_;
  std::map<uint64_t, Stream> streams_;                             // the open ones
  std::map<const SimWorker*, std::deque<mc::WorkerReport>> late_;  // what was reported last
  uint64_t last_stream_ = 0;
};

}  // namespace mote::sim
