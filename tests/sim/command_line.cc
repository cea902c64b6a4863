#include "tests/sim/command_line.h"

#include <algorithm>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status_macros.h"
#include "tests/sim/planted_bugs.h"

namespace mote::sim {
namespace {

std::string FaultsText(const Faults& faults) {
  std::vector<std::string_view> on;
  for (const FaultOption& fault : FaultOptions()) {
    if (faults.*fault.on) on.push_back(fault.name);
  }
  return on.empty() ? "none" : absl::StrJoin(on, ",", [](std::string* out, std::string_view name) { *out += name; });
}

absl::StatusOr<Faults> ParseFaults(const std::string& text) {
  Faults faults;
  if (text == "none") return faults;
  const std::vector<std::string> names = absl::StrSplit(text, ',');
  for (const std::string& name : names) {
    const auto& known = FaultOptions();
    const auto found = std::find_if(known.begin(), known.end(), [&](const FaultOption& f) { return f.name == name; });
    if (found == known.end() && name != "all") {
      return absl::InvalidArgumentError(absl::StrCat("--faults: no fault \"", name, "\"; --list-faults names them"));
    }
    for (const FaultOption& fault : known) {
      if (name == "all" || fault.name == name) faults.*fault.on = true;
    }
  }
  return faults;
}

absl::Status SetDuration(const std::optional<std::string>& text, const char* flag, absl::Duration* duration) {
  if (!text || absl::ParseDuration(*text, duration)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", *text, "\" is no duration; write 20ms or 3s"));
}

// Durations are printed and parsed in whole microseconds.
std::string DurationText(absl::Duration duration) { return absl::StrCat(absl::ToInt64Microseconds(duration), "us"); }

}  // namespace

absl::StatusOr<Options> Overrides::Apply(uint64_t seed) const {
  Options options = Options::Draw(seed);
  options.workers = workers.value_or(options.workers);
  options.slots = slots.value_or(options.slots);
  options.jobs = jobs.value_or(options.jobs);
  options.tasks = tasks.value_or(options.tasks);
  MOTE_RETURN_IF_ERROR(SetDuration(task_duration, "--task-duration", &options.task_duration));
  MOTE_RETURN_IF_ERROR(SetDuration(chaos, "--chaos", &options.chaos));
  options.iterate = iterate.value_or(options.iterate);
  options.large_partials = large_partials.value_or(options.large_partials);
  options.spill = spill.value_or(options.spill);
  options.retries = retries.value_or(options.retries);
  options.resubmits = resubmits.value_or(options.resubmits);
  options.report_tasks_max = report_tasks_max.value_or(options.report_tasks_max);
  options.slow_workers = slow_workers.value_or(options.slow_workers);
  options.verify_sample = verify_sample.value_or(options.verify_sample);
  options.verify_replicas = verify_replicas.value_or(options.verify_replicas);
  options.collect = collect.value_or(options.collect);
  options.a_worker_lies = liar.value_or(options.a_worker_lies);
  if (faults) {
    MOTE_ASSIGN_OR_RETURN(options.faults, ParseFaults(*faults));
  }
  return options;
}

void AddFlags(CLI::App& app, Overrides& overrides) {
  app.add_option("--workers", overrides.workers, "instead of what the seed draws")->check(CLI::Range(1, 1000));
  app.add_option("--slots", overrides.slots, "of a worker")->check(CLI::Range(1, 64));
  app.add_option("--jobs", overrides.jobs, "at once")->check(CLI::Range(1, 100));
  app.add_option("--tasks", overrides.tasks, "of a job")->check(CLI::Range(1, 1000000));
  app.add_option("--iterate", overrides.iterate, "whether half of the jobs are iterations");
  app.add_option("--large-partials", overrides.large_partials, "whether workers keep all partials");
  app.add_option("--spill", overrides.spill, "whether the coordinator puts all partials into its store");
  app.add_option("--retries", overrides.retries, "whether clients let jobs go on that did not succeed");
  app.add_option("--resubmits", overrides.resubmits, "whether clients submit again what has ended");
  app.add_option("--collect", overrides.collect, "whether blobs that nobody uses go at once");
  app.add_option("--report-tasks", overrides.report_tasks_max, "a report has room for 1 to so many; 0: for all");
  app.add_option("--slow-workers", overrides.slow_workers, "so many are ten times slower than the others");
  app.add_option("--verify-sample", overrides.verify_sample, "share of the blocks that are run again");
  app.add_option("--verify-replicas", overrides.verify_replicas, "how often every block is run");
  app.add_option("--liar", overrides.liar, "whether the first worker answers half of its blocks wrongly");
  app.add_option("--task-duration", overrides.task_duration, "of a task on the fastest worker, as in 20ms");
  app.add_option("--chaos", overrides.chaos, "for how long faults go on, as in 8s");
  app.add_option("--faults", overrides.faults, "names with commas between them, all or none");
}

std::string Arguments(const Case& failed) {
  const Options drawn = Options::Draw(failed.seed);
  const Options& options = failed.options;
  std::string text = absl::StrCat("--seed ", failed.seed);
  for (const BugOption& bug : BugOptions()) {
    if (bug.bug == Planted()) absl::StrAppend(&text, " --bug ", std::string(bug.name));
  }
  const auto add = [&](const char* flag, const auto& given, const auto& usual) {
    const std::string value = absl::StrCat(given);
    if (value != absl::StrCat(usual)) absl::StrAppend(&text, " ", flag, " ", value);
  };
  add("--workers", options.workers, drawn.workers);
  add("--slots", options.slots, drawn.slots);
  add("--jobs", options.jobs, drawn.jobs);
  add("--tasks", options.tasks, drawn.tasks);
  add("--iterate", options.iterate ? "true" : "false", drawn.iterate ? "true" : "false");
  add("--large-partials", options.large_partials ? "true" : "false", drawn.large_partials ? "true" : "false");
  add("--spill", options.spill ? "true" : "false", drawn.spill ? "true" : "false");
  add("--retries", options.retries ? "true" : "false", drawn.retries ? "true" : "false");
  add("--resubmits", options.resubmits ? "true" : "false", drawn.resubmits ? "true" : "false");
  add("--collect", options.collect ? "true" : "false", drawn.collect ? "true" : "false");
  add("--report-tasks", options.report_tasks_max, drawn.report_tasks_max);
  add("--slow-workers", options.slow_workers, drawn.slow_workers);
  add("--verify-sample", options.verify_sample, drawn.verify_sample);
  add("--verify-replicas", options.verify_replicas, drawn.verify_replicas);
  add("--liar", options.a_worker_lies ? "true" : "false", drawn.a_worker_lies ? "true" : "false");
  add("--task-duration", DurationText(options.task_duration), DurationText(drawn.task_duration));
  add("--chaos", DurationText(options.chaos), DurationText(drawn.chaos));
  add("--faults", FaultsText(options.faults), FaultsText(drawn.faults));
  return text;
}

}  // namespace mote::sim
