// What goes wrong in one simulation. Drawn per seed (swarm testing, Groce et al.
// 2012): a seed without a fault finds what a seed with every fault hides.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "tests/sim/random.h"

namespace mote::sim {

struct Faults {
  bool coordinator_crashes = false;
  bool streams_break = false;
  bool streams_half_open = false;  // one side is not told
  bool workers_crash = false;
  bool workers_freeze = false;
  bool engines_crash = false;
  bool poison_tasks = false;  // always fail, and are quarantined
  bool slow_network = false;
  bool slow_disk = false;
  bool unequal_workers = false;
};

struct Options {
  int workers = 3;
  int slots = 1;
  int64_t tasks = 200;
  absl::Duration task_duration = absl::Milliseconds(20);
  int slow_workers = 0;      // the first ones: ten times slower than the others
  double verify_sample = 0;  // as in StageSpec::verify
  int verify_replicas = 0;
  bool a_worker_lies = false;  // the first one: half of its results are wrong, each in its own way
  Faults faults;
  // Faults end here; then everything must finish within `patience`.
  absl::Duration chaos = absl::Seconds(8);
  absl::Duration patience = absl::Minutes(20);

  static Options Draw(uint64_t seed) {
    Random random(seed ^ 0x5eed);
    Options options;
    options.workers = 1 + static_cast<int>(random.Below(4));
    options.slots = 1 + static_cast<int>(random.Below(2));
    options.tasks = 1 + static_cast<int64_t>(random.Below(300));
    options.task_duration = random.Between(absl::Microseconds(10), absl::Milliseconds(60));
    Faults& f = options.faults;
    for (bool* fault :
         {&f.coordinator_crashes, &f.streams_break, &f.streams_half_open, &f.workers_crash, &f.workers_freeze,
          &f.engines_crash, &f.poison_tasks, &f.slow_network, &f.slow_disk, &f.unequal_workers}) {
      *fault = random.Chance(0.4);
    }
    const uint64_t verify = random.Below(6);
    if (verify == 0) options.verify_sample = 0.3;
    if (verify == 1 || verify == 2) options.verify_replicas = static_cast<int>(1 + verify);
    // Another must be there to tell; and where few blocks are checked, a lie gets through.
    options.a_worker_lies = options.verify_replicas > 0 && options.workers > 1 && random.Chance(0.5);
    return options;
  }
};

}  // namespace mote::sim
