#include "coordinator/core/eta.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/core/calibrate.h"
#include "coordinator/core/earlier_run.h"
#include "coordinator/core/estimate.h"
#include "coordinator/core/stage_order.h"

namespace mote::coordinator {
namespace {

// So many deviations hold four times of five, of the 300 simulated jobs of seeds 1 to 300
// (bench/eta reports others). Of a normal distribution 1.28 would: what a job does not show
// of itself, tasks that grow longer above all, has longer tails.
constexpr double kZ80 = 2.9;
// Relative deviations that the job's own data do not show.
constexpr double kDrift = 0.03;
constexpr double kDriftAfterFaults = 0.06;
// The same of another run, whose input and parameters may have been others.
constexpr double kDriftOfAnotherRun = 0.2;
// Before any task ended it is taken to vary so much (variance over mean squared), as if so
// many had been seen.
constexpr double kPriorSamples = 4, kPriorVaries = 0.3;
// Seconds that starting, dispatch and folding may add.
constexpr double kFixed = 0.005;
// Of more leases the rest is taken to be like these: a view costs little.
constexpr int kLeasesLooked = 1024;

// What is left of a stage, if it had all slots.
struct Forecast {
  double seconds = 0;
  double variance = 0;
  double slots = 1;  // that it uses at once
};

// How long tasks take, as far as any ended: their wall times, scaled so that their mean is
// the slot time that one took, lost attempts and overhead included.
class Lengths {
 public:
  // Of a run that did other tasks than its probes.
  explicit Lengths(const StageRun& run) {
    const auto done = static_cast<double>(run.tasks_committed - run.probes.tasks);
    mean_ = absl::ToDoubleSeconds(run.cost.device_time - run.probes.used.device_time) / done;
    double wall = 0;
    std::map<int, int64_t> buckets = run.cost.cost.task_ns.buckets();
    for (const auto& [bucket, n] : run.probes.task_ns.buckets()) buckets[bucket] -= n;
    for (const auto& [bucket, n] : buckets) {
      if (n <= 0) continue;
      buckets_.emplace_back(static_cast<double>(Histogram::MiddleOf(bucket)), static_cast<double>(n));
      count_ += buckets_.back().second;
      wall += buckets_.back().first * buckets_.back().second;
    }
    if (wall <= 0) buckets_ = {{mean_, count_ = done}}, wall = mean_ * done;
    const double scale = wall > 0 ? mean_ * count_ / wall : 0;
    for (auto& [seconds, n] : buckets_) {
      seconds *= scale;
      square_ += n * seconds * seconds;
    }
  }

  double count() const { return count_; }
  double mean() const { return mean_; }
  double square_sum() const { return square_; }

  // What a task that has run so long will have taken in the end: the mean of those that took
  // longer. Where none did, twice as long.
  double Beyond(double elapsed) const {
    double sum = 0, count = 0;
    for (const auto& [seconds, n] : buckets_) {
      if (seconds <= elapsed) continue;
      sum += n * seconds;
      count += n;
    }
    return count > 0 ? sum / count : 2 * elapsed;
  }

 private:
  std::vector<std::pair<double, double>> buckets_;  // seconds, tasks
  double count_ = 0, mean_ = 0, square_ = 0;
};

// Ready slots that may run one of the passes; without passes, all. Slow ones count like others: how long tasks
// take on them is in the mean of the tasks that have begun. (Weighted by their learned speed,
// which few tasks of unequal lengths tell badly, the median error was twice as large.)
double SlotsOf(const State& state, const Job& job, const std::vector<const Pass*>& passes) {
  double count = 0;
  for (const auto& [kind, slots] : state.cluster.open_slots().kinds()) {
    const OpenSlot& open = *slots.begin();  // stands for all of its kind
    const Worker& worker = *state.cluster.Find(open.worker);
    const bool serves = std::any_of(passes.begin(), passes.end(), [&](const Pass* pass) {
      return MayRun(job, *pass, worker, worker.slots[open.slot]);
    });
    if (!passes.empty() && !serves) continue;
    count += static_cast<double>(slots.size());
  }
  return count;
}

// What runs now. Tasks that ended early are the short ones: only together with those that
// still run are they a fair sample of all.
struct Running {
  double tasks = 0;
  double seconds = 0;  // that these will have taken in the end
  double square_sum = 0;
  double left = 0;  // seconds of it
};

void AddBlock(const State& state, const LeasedBlock& leased, int64_t task_count, const Lengths& lengths, absl::Time now,
              Running* running) {
  const double elapsed = absl::ToDoubleSeconds(SpentBy(state, leased.attempts.front(), now));
  const auto tasks = static_cast<double>(leased.block.size(task_count));
  const double whole = tasks == 1 ? lengths.Beyond(elapsed) : std::max(elapsed, tasks * lengths.mean());
  running->tasks += tasks;
  running->seconds += whole;
  running->square_sum += whole * whole / tasks;
  running->left += whole - elapsed;
}

// Of a slot's leases the one that was granted first runs.
Running RunningOf(const State& state, const Pass& pass, const Lengths& lengths, absl::Time now) {
  std::map<std::pair<std::string_view, int>, const LeasedBlock*> first;
  int looked = 0;
  for (const auto& [begin, leased] : pass.blocks.leases()) {
    if (leased.attempts.empty()) continue;
    if (looked++ >= kLeasesLooked) break;
    const Attempt& attempt = leased.attempts.front();
    const auto [slot, is_new] = first.try_emplace({attempt.worker, attempt.slot}, &leased);
    if (!is_new && attempt.number < slot->second->attempts.front().number) slot->second = &leased;
  }
  Running running;
  for (const auto& [slot, leased] : first) AddBlock(state, *leased, pass.spec->task_count, lengths, now, &running);
  return running;
}

struct OpenWork {
  Running running;
  std::vector<const Pass*> passes;  // the stage's open ones
};

OpenWork OpenWorkOf(const State& state, const Job& job, int stage, const Lengths& lengths, absl::Time now) {
  OpenWork work;
  for (const auto& [id, pass] : job.passes) {
    if (pass.stage != stage || pass.result || pass.folds || pass.finishes) continue;
    work.passes.push_back(&pass);
    const Running running = RunningOf(state, pass, lengths, now);
    work.running.tasks += running.tasks;
    work.running.seconds += running.seconds;
    work.running.square_sum += running.square_sum;
    work.running.left += running.left;
  }
  return work;
}

// An iteration that has just begun: its first tasks initialise, and wait for an engine that
// loads libtorch. What they took says nothing about the steps to come.
bool BeginsIteration(const StageRun& run, absl::Time now) {
  constexpr int64_t kManyTimes = 50;
  constexpr absl::Duration kBeginning = absl::Seconds(10);
  return run.tasks_to_come > kManyTimes * run.tasks_committed && now - run.start < kBeginning;
}

// Steps of an iteration follow each other: what they took, since this epoch or a retry began,
// is what they take.
std::optional<double> SecondsOfSteps(const State& state, const Job& job, const StageRun& run, double left,
                                     absl::Time now) {
  constexpr int64_t kStepsMin = 2;
  const StepPace& pace = run.pace;
  const absl::Duration elapsed = now - pace.since;
  const int64_t done = run.tasks_committed - pace.tasks_committed;
  if (pace.epoch != state.epoch || pace.retries != job.retries || run.before_step.steps - pace.steps < kStepsMin ||
      run.tasks_to_come == 0 || elapsed <= absl::ZeroDuration() || done <= 0) {
    return std::nullopt;
  }
  return absl::ToDoubleSeconds(elapsed) * left / static_cast<double>(done);
}

// Of `slots`, those that are busy at once: no more than a step has tasks.
double SlotsUsed(const StageRun& run, double slots) {
  const double step_tasks = static_cast<double>(run.tasks_total) / static_cast<double>(run.before_step.steps + 1);
  return std::clamp(step_tasks, 1.0, slots);
}

// Of what it did itself.
std::optional<Forecast> ForecastByItself(const State& state, const Job& job, int index, absl::Time now) {
  const StageRun& run = job.stages[index];
  if (run.state != StageState::kRunning || run.tasks_committed <= run.probes.tasks) return std::nullopt;
  if (IsCalibrating(job, index) || BeginsIteration(run, now)) return std::nullopt;
  const Lengths lengths(run);
  const OpenWork open = OpenWorkOf(state, job, index, lengths, now);
  const double slots = SlotsOf(state, job, open.passes);
  if (slots == 0) return std::nullopt;
  const auto done = static_cast<double>(run.tasks_committed);
  const double left = std::max(0.0, static_cast<double>(run.tasks_total + run.tasks_to_come) - done);
  const double pending = std::max(0.0, left - open.running.tasks);
  const double sample = lengths.count() + open.running.tasks;
  const double mean = (lengths.count() * lengths.mean() + open.running.seconds) / sample;
  const double square = (lengths.square_sum() + open.running.square_sum) / sample;
  const double varies = mean > 0 ? std::max(0.0, square / (mean * mean) - 1) : 0;
  Forecast forecast;
  forecast.slots = SlotsUsed(run, slots);
  const double work = (pending * mean + open.running.left) / forecast.slots;
  const double tail = (1 - 1 / std::max(1.0, forecast.slots)) * mean * (1 + varies) / 2;
  const std::optional<double> steps = SecondsOfSteps(state, job, run, left, now);
  forecast.seconds = steps ? *steps : work + tail;
  const double may_vary = (sample * varies + kPriorSamples * kPriorVaries) / (sample + kPriorSamples);
  const double sampling = may_vary * (1 / sample + 1 / std::max(1.0, pending));
  const double drift = run.cost.attempts_lost > 0 ? kDriftAfterFaults : kDrift;
  forecast.variance =
      forecast.seconds * forecast.seconds * (sampling + drift * drift) + tail * tail / 4 + kFixed * kFixed;
  return forecast;
}

// What a complete run takes again, on so many slots. Where many steps followed each other, slots
// waited between them, as they will again.
double SecondsOf(const StageRun& run, double slots) {
  constexpr int64_t kManySteps = 10;
  if (run.before_step.steps >= kManySteps) return absl::ToDoubleSeconds(run.end - run.start);
  return absl::ToDoubleSeconds(run.cost.device_time) / slots;
}

// Of what its like took.
std::optional<Forecast> ForecastByEarlierRun(const State& state, const Job& job, int index) {
  const double slots = SlotsOf(state, job, {});
  const StageRun* const earlier = EarlierRun(state, job, index);
  if (slots == 0 || earlier == nullptr) return std::nullopt;
  const StageRun& run = job.stages[index];
  const auto planned = static_cast<double>(run.tasks_total + run.tasks_to_come);
  const bool is_planned = planned > 0 && !IsCalibrating(job, index);
  const double left = is_planned ? std::max(0.0, 1 - static_cast<double>(run.tasks_committed) / planned) : 1;
  Forecast forecast;
  forecast.slots = SlotsUsed(*earlier, slots);
  forecast.seconds = SecondsOf(*earlier, forecast.slots) * left;
  forecast.variance = std::pow(forecast.seconds * kDriftOfAnotherRun, 2) + kFixed * kFixed;
  return forecast;
}

// nullopt: nothing is known of it.
std::optional<Forecast> ForecastOf(const State& state, const Job& job, int index, absl::Time now) {
  const std::optional<Forecast> forecast = ForecastByItself(state, job, index, now);
  return forecast ? forecast : ForecastByEarlierRun(state, job, index);
}

Eta EtaFrom(const Forecast& forecast) {
  const double seconds = std::max(forecast.seconds, 1e-3);
  const double deviation = std::sqrt(std::log1p(forecast.variance / (seconds * seconds)));
  const auto at = [&](double z) { return absl::Seconds(seconds * std::exp(z * deviation)); };
  return {at(0), at(-kZ80), at(kZ80)};
}

}  // namespace

std::optional<Eta> StageEta(const State& state, const Job& job, int stage, absl::Time now) {
  if (job.stages[stage].state != StageState::kRunning) return std::nullopt;
  const std::optional<Forecast> forecast = ForecastOf(state, job, stage, now);
  if (!forecast) return std::nullopt;
  return EtaFrom(*forecast);
}

// Stages that run beside each other share the slots: together they take as long as the
// longest chain of those that wait for each other, or as all their work on all slots,
// whichever is longer.
std::optional<Eta> JobEta(const State& state, const Job& job, absl::Time now) {
  if (job.state != JobState::kRunning) return std::nullopt;
  Forecast all;
  double work = 0;
  std::vector<absl::Duration> lengths(job.stages.size());
  for (size_t i = 0; i < job.stages.size(); ++i) {
    if (job.stages[i].state == StageState::kComplete) continue;
    const std::optional<Forecast> forecast = ForecastOf(state, job, static_cast<int>(i), now);
    if (!forecast) return std::nullopt;
    lengths[i] = absl::Seconds(forecast->seconds);
    work += forecast->seconds * forecast->slots;
    all.slots = std::max(all.slots, forecast->slots);
    all.variance += forecast->variance;
  }
  if (work == 0) return std::nullopt;
  const std::vector<absl::Duration> chains = LongestChains(job.admitted, lengths);
  const double longest = absl::ToDoubleSeconds(*std::max_element(chains.begin(), chains.end()));
  all.seconds = std::max(longest, work / all.slots);
  return EtaFrom(all);
}

}  // namespace mote::coordinator
