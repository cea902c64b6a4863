// The coordinator's loop in virtual time: the order of coordinator/runtime/loop.h, one
// core after another as it crashes and comes back.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "coordinator/core/core.h"
#include "tests/sim/disk.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/invariants.h"
#include "tests/sim/options.h"
#include "tests/sim/sim_policy.h"
#include "tests/sim/trace.h"

namespace mote::sim {

class Loop {
 public:
  // Where effects go, and what a crash does to the rest of the world.
  struct World {
    std::function<void(const mc::Effect&)> release;
    std::function<void()> crashed;
  };

  Loop(EventQueue& queue, Random& random, const Options& options, Disk& disk, Invariants& invariants, World world);

  // Replays the journal and starts an epoch; ticks from then on.
  void Start();
  // Everything that is not on the disk is gone.
  void Crash();
  // After the next commit, before its effects are released.
  void CrashAfterCommit() { crash_after_commit_ = true; }
  // The loop does not run; commands pile up.
  void StallFor(absl::Duration duration);
  // Every command takes so long, until the time.
  void SlowDown(absl::Duration command_duration, absl::Time until);

  // Tells `trace` what happens from now on.
  void Follow(Trace* trace) { trace_ = trace; }

  SimPolicy& policy() { return policy_; }
  bool up() const { return up_; }
  // Which run of the coordinator this is: what an older one scheduled is void.
  uint64_t incarnation() const { return incarnation_; }
  void Post(mc::Command command);

  // A second core that replays the journal stands where the live one does. Does nothing
  // while something is not durable yet.
  void CheckReplay();

 private:
  std::unique_ptr<mc::Core> EmptyCore() const;
  // Stands where the journal leads; from its beginning, or from the snapshot.
  std::unique_ptr<mc::Core> Replayed(bool from_snapshot) const;
  void CheckSame(std::string_view promise, const mc::Core& a, const mc::Core& b);
  void TakeSnapshot();
  // The coordinator's clock: monotonic while it runs, from the wall clock at its start.
  absl::Time Clock() const { return queue_.now() + clock_offset_; }
  void Tick();
  void Wake();
  void RunBatch();
  void RunTick(mc::Decision* decision);
  void Step(const mc::Command& command, mc::Decision* decision);
  void HandOver(mc::Decision decision);
  void CommitNext();
  void Finish(mc::Decision decision);
  void Release(const std::vector<mc::Effect>& effects);
  // Planted bugs.
  void ReleaseAcksEarly(mc::Decision* decision);
  std::vector<mc::Effect> OutOfOrder(std::vector<mc::Effect> effects);

  EventQueue& queue_;
  Random& random_;
  const Options& options_;
  Disk& disk_;
  Invariants& invariants_;
  const World world_;
  SimPolicy policy_;
  Trace* trace_ = nullptr;

  std::unique_ptr<mc::Core> core_;
  bool up_ = false;
  absl::Duration clock_offset_;
  uint64_t incarnation_ = 0;
  std::deque<mc::Command> mailbox_;
  bool tick_due_ = false;
  absl::Time last_run_;
  absl::Time stalled_until_ = absl::InfinitePast();
  absl::Duration stalled_;  // since the last Tick
  absl::Duration command_duration_;
  absl::Time slow_until_ = absl::InfinitePast();
  std::deque<mc::Decision> decided_;  // the first is being committed, at most one waits
  bool committing_ = false;
  bool crash_after_commit_ = false;
  std::optional<std::vector<mc::Effect>> overtaken_;  // kEffectOutOfOrder
  int batches_ = 0;
};

}  // namespace mote::sim
