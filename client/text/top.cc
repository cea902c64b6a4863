#include "client/text/top.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/client.h"
#include "client/text/job_tasks.h"
#include "client/text/printable.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"
#include "common/price.h"

namespace mote::client {
namespace {

constexpr int kHeightMin = 8;

const v1::StageStatus* RunningStage(const v1::Job& job) {
  const auto& stages = job.stages();
  const auto running = std::find_if(stages.begin(), stages.end(), [](const v1::StageStatus& stage) {
    return stage.state() == v1::STAGE_STATE_RUNNING;
  });
  return running == stages.end() ? nullptr : &*running;
}

bool IsRunning(const v1::Job& job) { return job.state() == v1::JOB_STATE_RUNNING; }

std::string RateText(std::optional<double> rate) { return rate ? CountText(*rate) : "-"; }

std::string More(size_t all, size_t shown, const char* of) {
  return all > shown ? absl::StrCat("… and ", all - shown, " more ", of, "\n") : "";
}

}  // namespace

void Top::Observe(std::vector<v1::Job> jobs, std::vector<v1::Worker> workers, absl::Time now) {
  std::erase_if(jobs, [](const v1::Job& job) { return IsTerminal(job.state()); });
  std::stable_partition(jobs.begin(), jobs.end(), IsRunning);
  before_ = std::exchange(look_, Look());
  look_.time = now;
  for (const v1::Job& job : jobs) look_.job_tasks[job.id()] = TasksOf(job).committed;
  for (const v1::Worker& worker : workers) look_.worker_tasks[worker.name()] = worker.tasks_committed();
  jobs_ = std::move(jobs);
  workers_ = std::move(workers);
}

template <typename Key>
std::optional<double> Top::Rate(std::map<Key, int64_t> Look::*tasks, const Key& key) const {
  const auto was = (before_.*tasks).find(key), is = (look_.*tasks).find(key);
  if (look_.time <= before_.time || was == (before_.*tasks).end() || is == (look_.*tasks).end()) return std::nullopt;
  // A retry, or a lost output, takes tasks back.
  return static_cast<double>(std::max<int64_t>(0, is->second - was->second)) /
         absl::ToDoubleSeconds(look_.time - before_.time);
}

std::string Top::Summary(const std::string& address) const {
  const auto running = std::count_if(jobs_.begin(), jobs_.end(), IsRunning);
  int64_t slots = 0, leases = 0, connected = 0;
  double tasks = 0;
  bool known = false;
  for (const v1::Worker& worker : workers_) {
    connected += worker.state() == "connected" ? 1 : 0;
    slots += worker.slots();
    leases += worker.leases();
    const std::optional<double> rate = Rate(&Look::worker_tasks, worker.name());
    known = known || rate.has_value();
    tasks += rate.value_or(0);
  }
  return absl::StrCat("mote at ", address, ": ", running, " jobs running, ",
                      jobs_.size() - static_cast<size_t>(running), " waiting; ", connected, " of ", workers_.size(),
                      " workers connected, ", slots, " slots, ", leases, " leases",
                      known ? absl::StrCat("; ", CountText(tasks), " tasks/s") : "", "\n");
}

std::string Top::Jobs(size_t rows) const {
  TextTable table({{"JOB", kRight},
                   {"NAME"},
                   {"STATE"},
                   {"STAGE"},
                   {"TASKS", kRight},
                   {"DONE", kRight},
                   {"TASKS/S", kRight},
                   {"ETA", kRight},
                   {"BILL", kRight},
                   {"WAITING FOR"}});
  for (size_t i = 0; i < std::min(rows, jobs_.size()); ++i) {
    const v1::Job& job = jobs_[i];
    const v1::StageStatus* stage = RunningStage(job);
    const auto [done, total] = TasksOf(job);
    table.Add({absl::StrCat(job.id()), Printable(job.name()), StateText(job.state()),
               stage == nullptr ? "" : Printable(stage->name()), CountText(static_cast<double>(total)),
               total > 0 ? absl::StrFormat(
                               "%d%%", static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(total)))
                         : "-",
               RateText(Rate(&Look::job_tasks, job.id())),
               job.has_eta() ? DurationText(absl::Seconds(job.eta().seconds())) : "-",
               job.has_bill() ? MoneyText(job.bill().total()) : "-", Printable(job.waiting_reason())});
  }
  return absl::StrCat(table.ToString(), More(jobs_.size(), rows, "jobs"));
}

std::string Top::Workers(size_t rows) const {
  TextTable table({{"WORKER"},
                   {"STATE"},
                   {"SLOTS", kRight},
                   {"LEASES", kRight},
                   {"TASKS/S", kRight},
                   {"FAILED", kRight},
                   {"HEARD", kRight}});
  for (size_t i = 0; i < std::min(rows, workers_.size()); ++i) {
    const v1::Worker& worker = workers_[i];
    table.Add({Printable(worker.name()), worker.state(), absl::StrCat(worker.slots()), absl::StrCat(worker.leases()),
               RateText(Rate(&Look::worker_tasks, worker.name())), absl::StrCat(worker.attempts_failed()),
               absl::StrCat(DurationText(absl::Seconds(worker.seconds_since_heard())), " ago")});
  }
  return absl::StrCat(table.ToString(), More(workers_.size(), rows, "workers"));
}

std::string Top::Screen(const std::string& address, int height) const {
  // The summary, two headings, an empty line, and two lines that count what has no room.
  const size_t rows = static_cast<size_t>(std::max(height, kHeightMin)) - 6;
  const size_t for_workers = std::min(workers_.size(), std::max<size_t>(1, rows / 2));
  const size_t for_jobs = std::min(jobs_.size(), rows - for_workers);
  return absl::StrCat(Summary(address), Jobs(for_jobs), "\n", Workers(std::min(workers_.size(), rows - for_jobs)));
}

}  // namespace mote::client
