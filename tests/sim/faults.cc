// What goes wrong, and when: the part of SimCluster that draws faults.
#include <utility>

#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

constexpr uint64_t kCoordinatorFaults = 6;
constexpr uint64_t kWorkerFaults = 10;
constexpr int kBlockLevelMax = 6;

}  // namespace

void SimCluster::ScheduleFaults() {
  queue_.After(random_.Between(options_.fault_pause / 30, options_.fault_pause), [this] {
    if (!InChaos()) return loop_.policy().SetLevel(std::nullopt);
    const uint64_t which = random_.Below(kCoordinatorFaults + kWorkerFaults);
    if (which < kCoordinatorFaults) {
      CoordinatorFault(which);
    } else {
      WorkerFault(which - kCoordinatorFaults, *workers_[random_.Below(workers_.size())]);
    }
    ScheduleFaults();
  });
}

void SimCluster::CoordinatorFault(uint64_t which) {
  const Faults& faults = options_.faults;
  if (which == 0 && faults.coordinator_crashes) {
    loop_.CheckReplay();
    loop_.Crash();
  } else if (which == 1 && faults.coordinator_crashes) {
    loop_.CrashAfterCommit();  // failure after the effect is as likely as before it
  } else if (which == 2 && faults.loop_stalls) {
    loop_.StallFor(random_.Between(absl::Milliseconds(100), absl::Seconds(5)));
  } else if (which == 3 && faults.loop_slow) {
    loop_.SlowDown(random_.Between(absl::Milliseconds(50), absl::Milliseconds(300)),
                   queue_.now() + random_.Between(absl::Seconds(1), absl::Seconds(6)));
  } else if (which == 4 && faults.block_sizes_vary) {
    loop_.policy().SetLevel(static_cast<int>(random_.Below(kBlockLevelMax + 1)));
  } else if (which == 5 && faults.disk_low) {
    loop_.Post(mc::DiskState{true, 1, 2});
    queue_.After(random_.Between(absl::Milliseconds(100), absl::Seconds(3)), [this] {
      loop_.Post(mc::DiskState{false, 3, 2});
    });
  }
}

void SimCluster::WorkerFault(uint64_t which, SimWorker& worker) {
  const Faults& faults = options_.faults;
  const int slot = static_cast<int>(random_.Below(options_.slots));
  if (which == 0 && faults.streams_break) {
    network_.Break(worker.stream(), true, true);
  } else if (which == 1 && faults.streams_half_open) {
    const bool worker_knows = random_.Chance(0.5);
    network_.Break(worker.stream(), worker_knows, !worker_knows);
  } else if (which == 2 && faults.workers_crash && worker.alive()) {
    CrashWorker(worker);
  } else if (which == 3 && faults.workers_freeze) {
    worker.FreezeUntil(queue_.now() + random_.Between(absl::Milliseconds(100), absl::Seconds(9)));
  } else if (which == 4 && faults.engines_crash) {
    worker.CrashEngine(slot);
  } else if (which == 5 && faults.engines_hang) {
    worker.HangEngine(slot);
  } else if (which == 6 && faults.drains && worker.alive()) {
    Drain(worker);
  } else if (which == 7 && faults.stores_lose) {
    worker.LosePartials();
  } else if (which == 8 && faults.engines_mute) {
    worker.MuteEngine(slot);
  } else if (which == 9 && faults.slots_break) {
    worker.BreakSlot(slot, random_.Between(absl::Seconds(1), absl::Seconds(20)));
  }
}

void SimCluster::CrashWorker(SimWorker& worker) {
  worker.Crash();
  network_.Break(worker.stream(), false, random_.Chance(0.7));
  queue_.After(random_.Between(absl::Milliseconds(100), absl::Seconds(3)), [this] { AddWorker(); });
}

void SimCluster::Drain(SimWorker& worker) {
  loop_.Post(mc::DrainWorker{CallId{Clients::kNobody}, worker.name()});
  queue_.After(random_.Between(absl::Milliseconds(100), absl::Seconds(3)), [this] { AddWorker(); });
}

}  // namespace mote::sim
