// What a simulation is made of and what goes wrong in it. Drawn per seed (swarm
// testing, Groce et al. 2012): a seed without a fault finds what a seed with every
// fault hides.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "tests/sim/random.h"

namespace mote::sim {

struct Faults {
  bool coordinator_crashes = false;
  bool streams_break = false;
  bool streams_half_open = false;
  bool workers_crash = false;
  bool workers_freeze = false;
  bool engines_crash = false;
  bool poison_tasks = false;
  bool slow_network = false;
  bool slow_disk = false;
  bool unequal_workers = false;
  bool answers_lost = false;
  bool loop_stalls = false;
  bool loop_slow = false;
  bool late_reports = false;
  bool engines_hang = false;
  bool bad_workers = false;
  bool drains = false;
  bool cancels = false;
  bool deadlines = false;
  bool budgets = false;
  bool clock_steps = false;
  bool block_sizes_vary = false;
  bool tight_memory = false;
  bool disk_low = false;
  bool stores_lose = false;
  bool engines_mute = false;
  bool slots_break = false;

  // Tasks may be given up although they are not poison.
  bool innocent_absent() const { return engines_crash || engines_hang || engines_mute || bad_workers; }
};

// A fault as the command line names it.
struct FaultOption {
  std::string_view name;
  bool Faults::*on;
  std::string_view summary;
};
const std::vector<FaultOption>& FaultOptions();

struct Options {
  int workers = 3;
  int slots = 1;
  int jobs = 1;
  int64_t tasks = 200;  // of a job
  absl::Duration task_duration = absl::Milliseconds(20);
  double log_spread = 0;  // of the logarithm of a task's time; 0: all are equal
  double long_share = 0;  // of the tasks take `long_factor` times as long as the others
  double long_factor = 1;
  int64_t input_bytes = 0;  // that a task fetches over its worker's link
  // Bytes a second of the links of the first workers; of the others: as many as they like.
  std::vector<double> links = {};
  std::vector<double> slownesses = {};  // of the first workers
  bool weigh_communication = true;      // as in CoreOptions
  bool large_partials = false;          // workers keep them; folding is leased tasks
  bool spill = false;                   // the coordinator holds next to nothing of partials
  bool iterate = false;                 // half of the jobs are iterations
  int slow_workers = 0;                 // the first ones: ten times slower than the others
  double verify_sample = 0;             // as in StageSpec::verify
  int verify_replicas = 0;
  bool retries = false;        // clients let jobs go on that did not succeed
  int report_tasks_max = 0;    // so many at most has a report room for, and each time for another number; 0: for all
  bool resubmits = false;      // clients submit again what has ended, perhaps with another last stage
  bool collect = false;        // what nobody uses goes at once, not after days
  bool a_worker_lies = false;  // the first one: half of its results are wrong, each in its own way
  Faults faults;
  // Between two faults, at most; at least a thirtieth of it.
  absl::Duration fault_pause = absl::Milliseconds(600);
  // Faults end here; then everything must finish within patience().
  absl::Duration chaos = absl::Seconds(8);

  // A mute engine loses its lease after a minute for each of the tasks that the slot holds.
  absl::Duration patience() const { return faults.engines_mute ? absl::Hours(4) : absl::Minutes(20); }

  static Options Draw(uint64_t seed);
};

}  // namespace mote::sim
