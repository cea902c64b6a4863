#include "coordinator/core/eta.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "coordinator/core/calibrate.h"
#include "coordinator/core/estimate.h"

namespace mote::coordinator {
namespace {

// Of the normal distribution: four times of five within.
constexpr double kZ80 = 1.2815515655446004;
// Relative deviations that the job's own data do not show.
constexpr double kDrift = 0.03;
constexpr double kDriftAfterFaults = 0.06;
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

struct Spread {
  double mean = 0;    // seconds
  double square = 0;  // mean of squares
  double relative_variance() const { return mean > 0 ? std::max(0.0, square / (mean * mean) - 1) : 0; }
  // How long a task that is looked at while it runs goes on.
  double residual() const { return mean > 0 ? square / (2 * mean) : 0; }
};

Spread SpreadOf(const Histogram& tasks) {
  Spread spread;
  double count = 0;
  for (const auto& [bucket, n] : tasks.buckets()) {
    const double seconds = static_cast<double>(Histogram::MiddleOf(bucket)) * 1e-9, times = static_cast<double>(n);
    spread.mean += times * seconds;
    spread.square += times * seconds * seconds;
    count += times;
  }
  if (count > 0) spread = {spread.mean / count, spread.square / count};
  return spread;
}

// Ready slots that may run the stage's passes, each as many as mean ones it is worth.
double SlotsOf(const State& state, const Job& job, const Pass* pass) {
  double speed = 0;
  for (const auto& [kind, slots] : state.cluster.open_slots().kinds()) {
    const OpenSlot& open = *slots.begin();  // stands for all of its kind
    const Worker& worker = *state.cluster.Find(open.worker);
    if (pass != nullptr && !MayRun(job, *pass, worker, worker.slots[open.slot])) continue;
    speed += static_cast<double>(slots.size()) / SpeedOf(kind).slowness;
  }
  return speed;
}

// Of the stage's open passes.
struct OpenWork {
  double tasks = 0;  // pending or leased
  double spent = 0;  // seconds that live attempts have spent on them
  const Pass* pass = nullptr;
};

OpenWork OpenWorkOf(const State& state, const Job& job, int stage, double task_seconds, absl::Time now) {
  OpenWork work;
  int looked = 0;
  for (const auto& [id, pass] : job.passes) {
    if (pass.stage != stage || pass.result || pass.folds || pass.finishes) continue;
    work.tasks += static_cast<double>(pass.blocks.pending() + pass.blocks.leased());
    work.pass = &pass;
    for (const auto& [begin, leased] : pass.blocks.leases()) {
      if (leased.attempts.empty() || looked++ >= kLeasesLooked) continue;
      const double whole = task_seconds * static_cast<double>(leased.block.size(pass.spec->task_count));
      work.spent += std::min(whole, absl::ToDoubleSeconds(SpentBy(state, leased.attempts.front(), now)));
    }
  }
  return work;
}

// Steps of an iteration follow each other: what they took so far is what they take.
std::optional<double> SecondsOfSteps(const StageRun& run, double left_share, absl::Time now) {
  constexpr int64_t kStepsMin = 2;
  const absl::Duration elapsed = now - run.start;
  if (run.before_step.steps < kStepsMin || run.tasks_to_come == 0 || elapsed <= absl::ZeroDuration()) {
    return std::nullopt;
  }
  return absl::ToDoubleSeconds(elapsed) * left_share / (1 - left_share);
}

std::optional<Forecast> ForecastOf(const State& state, const Job& job, int index, absl::Time now) {
  const StageRun& run = job.stages[index];
  if (run.state != StageState::kRunning || run.tasks_committed == 0 || IsCalibrating(job, index)) return std::nullopt;
  const auto done = static_cast<double>(run.tasks_committed);
  const double task = absl::ToDoubleSeconds(run.cost.device_time) / done;
  const OpenWork open = OpenWorkOf(state, job, index, task, now);
  const double slots = SlotsOf(state, job, open.pass);
  if (slots == 0) return std::nullopt;
  const double left = std::max(0.0, static_cast<double>(run.tasks_total + run.tasks_to_come) - done);
  const Spread spread = SpreadOf(run.cost.cost.task_ns);
  Forecast forecast;
  const double step_tasks = static_cast<double>(run.tasks_total) / static_cast<double>(run.before_step.steps + 1);
  forecast.slots = std::clamp(step_tasks, 1.0, slots);
  const double work = std::max(0.0, left * task - open.spent) / forecast.slots;
  const double tail = (1 - 1 / std::max(1.0, forecast.slots)) * spread.residual();
  const std::optional<double> steps = SecondsOfSteps(run, left / (left + done), now);
  forecast.seconds = steps ? *steps : work + tail;
  const double sampling = spread.relative_variance() * (1 / done + 1 / std::max(1.0, left));
  const double drift = run.cost.attempts_lost > 0 ? kDriftAfterFaults : kDrift;
  forecast.variance =
      forecast.seconds * forecast.seconds * (sampling + drift * drift) + tail * tail / 4 + kFixed * kFixed;
  return forecast;
}

Eta EtaFrom(const Forecast& forecast) {
  const double seconds = std::max(forecast.seconds, 1e-3);
  const double deviation = std::sqrt(std::log1p(forecast.variance / (seconds * seconds)));
  const auto at = [&](double z) { return absl::Seconds(seconds * std::exp(z * deviation)); };
  return {at(0), at(-kZ80), at(kZ80)};
}

}  // namespace

std::optional<Eta> StageEta(const State& state, const Job& job, int stage, absl::Time now) {
  const std::optional<Forecast> forecast = ForecastOf(state, job, stage, now);
  if (!forecast) return std::nullopt;
  return EtaFrom(*forecast);
}

// Stages that run beside each other share the slots: together they take as long as the
// longest alone, or as all their work on all slots, whichever is longer.
std::optional<Eta> JobEta(const State& state, const Job& job, absl::Time now) {
  Forecast all;
  double longest = 0, work = 0;
  for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) {
    if (job.stages[i].state == StageState::kComplete) continue;
    const std::optional<Forecast> forecast = ForecastOf(state, job, i, now);
    if (!forecast) return std::nullopt;
    longest = std::max(longest, forecast->seconds);
    work += forecast->seconds * forecast->slots;
    all.slots = std::max(all.slots, forecast->slots);
    all.variance += forecast->variance;
  }
  if (IsTerminal(job.state) || longest == 0) return std::nullopt;
  all.seconds = std::max(longest, work / all.slots);
  return EtaFrom(all);
}

}  // namespace mote::coordinator
