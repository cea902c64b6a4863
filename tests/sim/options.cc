#include "tests/sim/options.h"

namespace mote::sim {

const std::vector<FaultOption>& FaultOptions() {
  static const auto* const options = new std::vector<FaultOption>{
      {"coordinator-crashes", &Faults::coordinator_crashes, "before a commit, after it, and between commit and answer"},
      {"streams-break", &Faults::streams_break, "what is under way is lost; both sides learn it"},
      {"streams-half-open", &Faults::streams_half_open, "only one side learns that the stream is gone"},
      {"workers-crash", &Faults::workers_crash, "and another one comes in their place"},
      {"workers-freeze", &Faults::workers_freeze, "as by SIGSTOP, up to three times the heartbeat limit"},
      {"engines-crash", &Faults::engines_crash, "while they run a block"},
      {"poison-tasks", &Faults::poison_tasks, "one to three tasks kill every engine and are quarantined"},
      {"slow-network", &Faults::slow_network, "one message in twenty takes up to 2 s; streams overtake each other"},
      {"slow-disk", &Faults::slow_disk, "one commit in twenty takes up to 500 ms"},
      {"unequal-workers", &Faults::unequal_workers, "up to ten times slower than the fastest"},
      {"answers-lost", &Faults::answers_lost, "clients do not get every reply, and ask again"},
      {"loop-slow", &Faults::loop_slow, "every command takes up to 300 ms for a while; heartbeats wait their turn"},
      {"late-reports", &Faults::late_reports, "reports of a lost stream arrive again on the next one"},
      {"engines-hang", &Faults::engines_hang, "until the task's time limit"},
      {"engines-mute", &Faults::engines_mute, "nobody notices that they hang, until the coordinator ends the lease"},
      {"slots-break", &Faults::slots_break, "no engine starts for up to 20 s; their leases are given back"},
      {"bad-workers", &Faults::bad_workers, "some fail every block that they are leased"},
      {"drains", &Faults::drains, "workers are asked to leave; others come"},
      {"cancels", &Faults::cancels, "half of the jobs, at any moment"},
      {"clock-steps", &Faults::clock_steps, "the wall clock of each coordinator is up to an hour off"},
      {"block-sizes-vary", &Faults::block_sizes_vary, "the policy is changed while jobs run"},
      {"tight-memory", &Faults::tight_memory, "workers may keep only 2 KiB of reports that are not acknowledged"},
      {"disk-low", &Faults::disk_low, "below the reserve for up to 3 s: nothing new is leased"},
      {"loop-stalls", &Faults::loop_stalls, "the coordinator's loop does not run for up to 5 s; commands pile up"},
      {"stores-lose", &Faults::stores_lose, "the disk of a worker forgets the partials that it keeps"},
      {"deadlines", &Faults::deadlines, "half of the jobs have one, at any moment"},
      {"budgets", &Faults::budgets, "half of the jobs have one, of up to twice what their tasks take"},
  };
  return *options;
}

Options Options::Draw(uint64_t seed) {
  Random random(seed ^ 0x5eed);
  Options options;
  options.workers = 1 + static_cast<int>(random.Below(4));
  options.slots = 1 + static_cast<int>(random.Below(2));
  options.jobs = random.Chance(0.7) ? 1 : 2 + static_cast<int>(random.Below(2));
  options.tasks = 1 + static_cast<int64_t>(random.Below(300)) / options.jobs;
  options.task_duration = random.Between(absl::Microseconds(10), absl::Milliseconds(60));
  options.iterate = random.Chance(0.3);
  for (const FaultOption& fault : FaultOptions()) options.faults.*fault.on = random.Chance(0.3);
  const uint64_t verify = random.Below(6);
  if (verify == 0) options.verify_sample = 0.3;
  if (verify == 1 || verify == 2) options.verify_replicas = static_cast<int>(1 + verify);
  // Another must be there to tell; and where few blocks are checked, a lie gets through. With
  // workers that fail everything it may be alone: its lies differ, so they never agree.
  options.a_worker_lies = options.verify_replicas > 0 && options.workers > 1 && random.Chance(0.5);
  options.large_partials = random.Chance(0.3);
  options.spill = random.Chance(0.2);
  options.retries = random.Chance(0.4);
  options.resubmits = random.Chance(0.3);
  if (random.Chance(0.2)) options.report_tasks_max = 1 + static_cast<int>(random.Below(40));
  options.collect = random.Chance(0.3);
  return options;
}

}  // namespace mote::sim
