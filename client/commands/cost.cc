#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands/commands.h"
#include "client/ledger/rollup.h"
#include "client/text/cost_comparison.h"
#include "client/text/cost_table.h"
#include "client/text/rollup_text.h"
#include "client/text/task_rows.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr int kNewestJobs = 100;  // added up where none is named

struct CostOptions {
  std::vector<uint64_t> ids;  // one, or two to compare; with `by` any number
  bool tasks = false;         // a row a task
  std::string by;             // a row for each worker, slot, …; empty: stage by stage
  OutputFormat format = OutputFormat::kTable;
};

absl::Status PrintComparison(Client& client, const v1::Job& before, const CostOptions& options) {
  if (options.format == OutputFormat::kCsv) {
    return absl::InvalidArgumentError("-o csv shows one job; compare two with -o table, json or yaml");
  }
  MOTE_ASSIGN_OR_RETURN(const v1::Job after, client.GetJob(options.ids[1]));
  if (!PrintStructured(CostComparisonJson(before, after), options.format)) {
    std::cout << CostComparisonText(before, after);
  }
  return absl::OkStatus();
}

absl::Status PrintTasks(Client& client, const v1::Job& job, const CostOptions& options) {
  if (options.ids.size() != 1 || options.format == OutputFormat::kYaml) {
    return absl::InvalidArgumentError("--tasks shows one job, with -o table, csv or json");
  }
  MOTE_ASSIGN_OR_RETURN(const auto entries, client.ReadLedger(job.id(), /*task_columns=*/true));
  const TaskRowForm form = options.format == OutputFormat::kCsv    ? TaskRowForm::kCsv
                           : options.format == OutputFormat::kJson ? TaskRowForm::kJson
                                                                   : TaskRowForm::kTable;
  std::vector<std::string> unreadable;
  const int64_t rows = WriteTaskRows(
      job, entries, form, [](std::string_view text) { std::cout << text; }, &unreadable);
  std::cout.flush();
  if (!unreadable.empty()) std::cerr << "mote: " << UnreadableText(unreadable) << "\n";
  if (const int64_t tasks = TotalCost(job).tasks(); rows < tasks) {
    std::cerr << "mote: " << MissingRowsText(tasks - rows, tasks) << "\n";
  }
  return absl::OkStatus();
}

absl::Status CheckRollup(const CostOptions& options) {
  if (options.tasks) return absl::InvalidArgumentError("--by adds tasks up, --tasks lists them: write one of the two");
  if (options.ids.size() != 1 && IsOfOneJob(*ParseRollup(options.by))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--by ", options.by, " is of one job: name one, or add several up by operation, kernel, worker or slot"));
  }
  for (auto id = options.ids.begin(); id != options.ids.end(); ++id) {
    if (std::find(options.ids.begin(), id, *id) == id) continue;
    return absl::InvalidArgumentError(absl::StrCat("job ", *id, " is named twice and would count twice; name it once"));
  }
  return absl::OkStatus();
}

absl::Status CheckUsage(const CostOptions& options) {
  if (!options.by.empty()) return CheckRollup(options);
  if (options.ids.size() == 1 || options.ids.size() == 2) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(options.ids.size(), " jobs are named; name one, or two to compare them; ",
                   "with --by operation any number of jobs is added up, without an ID the newest"));
}

// Those that were named, or else the newest.
absl::StatusOr<std::vector<v1::Job>> JobsToAddUp(Client& client, const CostOptions& options) {
  if (options.ids.empty()) return client.ListJobs(kNewestJobs);
  std::vector<v1::Job> jobs;
  for (const uint64_t id : options.ids) {
    MOTE_ASSIGN_OR_RETURN(jobs.emplace_back(), client.GetJob(id));
  }
  return jobs;
}

// One ledger after the other: of all but one job no more than its rows is held.
absl::StatusOr<std::vector<JobRollup>> RollUpEach(Client& client, const CostOptions& options) {
  MOTE_ASSIGN_OR_RETURN(std::vector<v1::Job> jobs, JobsToAddUp(client, options));
  std::vector<JobRollup> rollups;
  for (v1::Job& job : jobs) {
    const auto entries = client.ReadLedger(job.id(), /*task_columns=*/true);
    if (options.ids.empty() && absl::IsNotFound(entries.status())) continue;  // forgotten since it was listed
    MOTE_RETURN_IF_ERROR(entries.status());
    rollups.push_back(RollUp(std::move(job), *entries, *ParseRollup(options.by)));
  }
  return rollups;
}

std::vector<std::string> NotesOf(const std::vector<JobRollup>& jobs, const CostOptions& options) {
  std::vector<std::string> notes = RollupNotes(jobs);
  if (!options.ids.empty()) return notes;
  const std::string remedy = jobs.size() < kNewestJobs ? "" : ", the newest; name jobs to add up others";
  notes.insert(notes.begin(),
               absl::StrCat(jobs.size(), jobs.size() == 1 ? " job was read" : " jobs were read", remedy));
  return notes;
}

absl::Status PrintRollup(Client& client, const CostOptions& options) {
  MOTE_ASSIGN_OR_RETURN(const std::vector<JobRollup> jobs, RollUpEach(client, options));
  const std::vector<Rollup> rows = MergeRollups(jobs, *ParseRollup(options.by));
  if (options.format == OutputFormat::kCsv) {
    std::cout << RollupCsv(rows, options.by);
  } else if (!PrintStructured(RollupJson(rows, options.by), options.format)) {
    std::cout << RollupText(rows, options.by);
  }
  std::cout.flush();
  for (const std::string& note : NotesOf(jobs, options)) std::cerr << "mote: " << note << "\n";
  return absl::OkStatus();
}

absl::Status PrintCost(Client& client, const CostOptions& options) {
  if (!options.by.empty()) return PrintRollup(client, options);
  MOTE_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(options.ids.front()));
  if (options.tasks) return PrintTasks(client, job, options);
  if (options.ids.size() == 2) return PrintComparison(client, job, options);
  if (options.format == OutputFormat::kCsv) {
    std::cout << CostCsv(job);
  } else if (!PrintStructured(CostJson(job), options.format)) {
    std::cout << CostText(job);
  }
  return absl::OkStatus();
}

}  // namespace

void AddCost(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<CostOptions>();
  CLI::App* command = app->add_subcommand("cost", "What a job cost, stage by stage; or how two runs differ");
  command->add_option("ID", options->ids,
                      "The job's id; two of them: the change from the first to the second; "
                      "with --by: all of them as one, and without any the newest 100");
  command->add_flag("--tasks", options->tasks, "A row for every task, as it was measured");
  command->add_option("--by", options->by, "Added up by: " + absl::StrJoin(RollupNames(), ", "))
      ->check(CLI::IsMember(RollupNames()));
  AddFormat(command, &options->format, {"table", "json", "yaml", "csv"});
  command->callback([=] {
    invocation->body = [=] {
      if (const absl::Status usage = CheckUsage(*options); !usage.ok()) return Report(usage);
      return WithClient(*invocation, [=](Client& c) { return PrintCost(c, *options); });
    };
  });
}

}  // namespace mote::client
