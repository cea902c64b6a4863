#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

struct CostOptions {
  std::vector<uint64_t> ids;  // one, or two to compare
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
  MOTE_ASSIGN_OR_RETURN(const int64_t rows,
                        WriteTaskRows(job, entries, form, [](std::string_view text) { std::cout << text; }));
  std::cout.flush();
  if (const int64_t tasks = TotalCost(job).tasks(); rows < tasks) {
    std::cerr << "mote: " << tasks - rows << " of " << tasks
              << " measured tasks have no row: they were run again, or are older than what the coordinator keeps "
                 "(mote-coordinator --ledger-bytes)\n";
  }
  return absl::OkStatus();
}

absl::Status PrintRollup(Client& client, const v1::Job& job, const CostOptions& options) {
  if (options.ids.size() != 1 || options.tasks) {
    return absl::InvalidArgumentError("--by adds up one job, and not with --tasks");
  }
  MOTE_ASSIGN_OR_RETURN(const auto entries, client.ReadLedger(job.id(), /*task_columns=*/true));
  MOTE_ASSIGN_OR_RETURN(const std::vector<Rollup> rows, RollUp(job, entries, *ParseRollup(options.by)));
  if (options.format == OutputFormat::kCsv) {
    std::cout << RollupCsv(rows, options.by);
  } else if (!PrintStructured(RollupJson(rows, options.by), options.format)) {
    std::cout << RollupText(rows, options.by);
  }
  return absl::OkStatus();
}

absl::Status PrintCost(Client& client, const CostOptions& options) {
  MOTE_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(options.ids.front()));
  if (!options.by.empty()) return PrintRollup(client, job, options);
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
  command->add_option("ID", options->ids, "The job's id; two of them: the change from the first to the second")
      ->required()
      ->expected(1, 2);
  command->add_flag("--tasks", options->tasks, "A row for every task, as it was measured");
  command->add_option("--by", options->by, "Added up by: " + absl::StrJoin(RollupNames(), ", "))
      ->check(CLI::IsMember(RollupNames()));
  AddFormat(command, &options->format, {"table", "json", "yaml", "csv"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return PrintCost(c, *options); }); };
  });
}

}  // namespace mote::client
