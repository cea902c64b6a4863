// A worker of the simulation: the real session code, pretended engines.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/event_queue.h"
#include "tests/sim/options.h"
#include "worker/session/session.h"

namespace mote::sim {

class SimCluster;

class SimWorker {
 public:
  // `poison`: tasks on which an engine always fails. `lies`: half of its blocks have a
  // wrong value, another one each time.
  SimWorker(SimCluster& cluster, EventQueue& queue, Random& random, std::string name, const Options& options,
            const std::set<int64_t>& poison, double slowness, bool lies);

  const std::string& name() const { return name_; }
  void Start() {
    Do(session_.OnTick(queue_.now()));
    ScheduleTick();
  }

  // From the network; only for the stream that is current.
  void Deliver(uint64_t stream, std::function<worker::Actions(worker::Session&, absl::Time)> message);
  void StreamEnded(uint64_t stream);
  uint64_t stream() const { return stream_; }

  void Crash() { alive_ = false; }
  bool alive() const { return alive_; }
  void FreezeUntil(absl::Time time) { frozen_until_ = std::max(frozen_until_, time); }
  void CrashEngine(int slot);

 private:
  void Do(worker::Actions actions);
  void On(const worker::Connect& action);
  void On(const worker::Disconnect& action);
  void On(const worker::SendReport& action);
  void On(const worker::SendHeartbeat& action);
  void On(const worker::SendSlotState& action);
  void On(const worker::SendGoodbye& action);
  void On(const worker::DefinePass& action) { passes_[action.pass] = action.spec; }
  void On(const worker::ForgetPass& action) { passes_.erase(action.pass); }
  void On(const worker::RunLease& action);
  void On(const worker::CancelLease& action);
  void On(const worker::ShortenLease& action);
  void On(const worker::Exit&) { alive_ = false; }

  void ScheduleTick();
  void RunNext(int slot);
  void Finish(int slot, uint64_t generation, int64_t tasks);
  void FinishAfter(absl::Duration wait, int slot, int64_t tasks);
  absl::Duration task_duration() const { return options_.task_duration * slowness_; }
  // Runs `action` now, or when the worker thaws; never once it is dead.
  void WhenAwake(std::function<void()> action);

  SimCluster& cluster_;
  EventQueue& queue_;
  Random& random_;
  const std::string name_;
  const Options& options_;
  const std::set<int64_t>& poison_;
  const double slowness_;
  const bool lies_;
  worker::Session session_;
  uint64_t stream_ = 0;  // 0: none
  bool alive_ = true;
  absl::Time frozen_until_ = absl::InfinitePast();
  std::map<uint64_t, PassSpec> passes_;
  std::map<int, std::deque<worker::RunLease>> engines_;  // per slot: the first one runs
  std::map<int, uint64_t> generations_;                  // of what a slot runs
  std::map<int, absl::Time> started_;                    // when it began to
};

// The leaf of a task as the simulation computes it: floating-point values whose sum
// shows in which order it was taken.
std::string LeafOf(const PassSpec& spec, int64_t task, BlobSink& blobs);

}  // namespace mote::sim
