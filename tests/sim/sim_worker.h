// A worker of the simulation: the real session code, pretended engines.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/acknowledgements.h"
#include "tests/sim/blob_store.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/invariants.h"
#include "tests/sim/network.h"
#include "tests/sim/options.h"
#include "tests/sim/partial_store.h"
#include "tests/sim/task_times.h"
#include "tests/sim/workload.h"
#include "worker/session/session.h"

namespace mote::sim {

// What all workers of a simulation share.
struct WorkerWorld {
  EventQueue& queue;
  Random& random;
  const Options& options;
  Network& network;
  Invariants& invariants;
  const Workload& workload;
  BlobStore& blobs;
  // What the worker of this name keeps; nullptr: it does not have it, or does not answer.
  std::function<const std::string*(const std::string& worker, const Digest& digest)> ask;
};

class SimWorker {
 public:
  struct Nature {
    double slowness = 1;                          // tasks take so many times as long as the options say
    bool bad = false;                             // every block fails
    bool lies = false;                            // half of its blocks have a wrong value, another one each time
    absl::Duration fetch = absl::ZeroDuration();  // of a task's input
  };
  SimWorker(const WorkerWorld& world, std::string name, Nature nature);

  const std::string& name() const { return name_; }
  void Start();

  // From the network; only for the stream that is current.
  void Deliver(uint64_t stream, Network::Message message);
  void StreamEnded(uint64_t stream);
  uint64_t stream() const { return stream_; }

  void Crash() { alive_ = false; }
  bool alive() const { return alive_; }
  void FreezeUntil(absl::Time time) { frozen_until_ = std::max(frozen_until_, time); }
  void CrashEngine(int slot);
  // Until the time limit of the task that it runs.
  void HangEngine(int slot);
  // What it keeps is gone from its disk.
  void LosePartials() { partials_.Lose(); }
  // What it answers another worker; nullptr: nothing.
  const std::string* Serve(const Digest& digest) const;
  // Until its lease is taken away.
  void MuteEngine(int slot);
  // No engine starts there: what the slot holds is given back.
  void BreakSlot(int slot, absl::Duration duration);

 private:
  static constexpr uint64_t kTimes = 1;  // seed of the times of tasks

  struct Pass {
    PassSpec spec;
    const SimJob* job = nullptr;
    std::unique_ptr<RowReducer> reducer;
  };

  void Do(worker::Actions actions);
  void On(const worker::Connect& action);
  void On(const worker::Disconnect& action);
  void On(const worker::SendReport& action);
  void On(const worker::SendHeartbeat& action);
  void On(const worker::SendSlotState& action);
  void On(const worker::SendLog&) {}  // nobody asks here
  void On(const worker::SendDraining& action);
  void On(const worker::SendGoodbye& action);
  void On(const worker::DefinePass& action);
  void On(const worker::ForgetPass& action) { passes_.erase(action.pass); }
  void On(const worker::RunLease& action);
  void On(const worker::ReleasePartials& action) { partials_.Release(action.tree, action.artifact); }
  void On(const worker::CancelLease& action);
  void On(const worker::ShortenLease& action);
  void On(const worker::Exit& action);

  void ScheduleTick();
  void RunNext(int slot);
  void Finish(int slot, uint64_t generation, int64_t tasks);
  void FinishAfter(absl::Duration wait, int slot, int64_t tasks);
  absl::Duration TimeOfTasks(TaskRange tasks) const { return TimeOf(world_.options, pace(), kTimes, tasks); }
  Pace pace() const { return {nature_.slowness, nature_.fetch}; }
  void AddTimes(TaskRange tasks, Cost* cost) const;
  // An engine runs there, and has something to do.
  bool IsBusy(int slot) { return alive_ && !engines_[slot].empty() && !down_.contains(slot); }
  void FailEngine(int slot, const Failure& failure);
  void StartEngine(int slot, absl::Duration wait);
  // The block's first `tasks` tasks.
  worker::Report Compute(const worker::RunLease& lease, int64_t tasks);
  void RunTasks(const worker::RunLease& lease, const Pass& pass, int64_t tasks, worker::Report* report);
  std::optional<std::string> MissingInput(const worker::RunLease& lease, const PassSpec& spec) const;
  absl::StatusOr<std::string> Read(const worker::RunLease& lease, const Value& value) const;
  // Runs `action` now, or when the worker thaws; never once it is dead.
  void WhenAwake(std::function<void()> action);
  void Thaw();

  const WorkerWorld world_;
  EventQueue& queue_;
  Random& random_;
  const std::string name_;
  const Nature nature_;
  Acknowledgements acknowledgements_;
  worker::Session session_;
  uint64_t stream_ = 0;  // 0: none
  bool alive_ = true;
  absl::Time frozen_until_ = absl::InfinitePast();
  std::deque<std::function<void()>> asleep_;  // what happens once it thaws
  std::map<uint64_t, Pass> passes_;
  std::map<int, std::deque<worker::RunLease>> engines_;  // per slot: the first one runs
  std::map<int, uint64_t> generations_;                  // of what a slot runs
  std::map<int, absl::Time> started_;                    // when it began to
  std::map<int, int64_t> ends_;                          // after so many tasks of its block it ends
  std::set<int> hung_;                                   // slots
  PartialStore partials_;
  std::map<int, uint64_t> down_;  // slots whose engine starts: which start it is
  uint64_t starts_ = 0;
};

}  // namespace mote::sim
