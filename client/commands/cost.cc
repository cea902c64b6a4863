#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <vector>

#include "client/commands/commands.h"
#include "client/text/cost_comparison.h"
#include "client/text/cost_table.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct Options {
  std::vector<uint64_t> ids;  // one, or two to compare
  OutputFormat format = OutputFormat::kTable;
};

absl::Status PrintComparison(Client& client, const v1::Job& before, const Options& options) {
  if (options.format == OutputFormat::kCsv) {
    return absl::InvalidArgumentError("-o csv shows one job; compare two with -o table, json or yaml");
  }
  MOTE_ASSIGN_OR_RETURN(const v1::Job after, client.GetJob(options.ids[1]));
  if (!PrintStructured(CostComparisonJson(before, after), options.format)) {
    std::cout << CostComparisonText(before, after);
  }
  return absl::OkStatus();
}

absl::Status PrintCost(Client& client, const Options& options) {
  MOTE_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(options.ids.front()));
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
  const auto options = std::make_shared<Options>();
  CLI::App* command = app->add_subcommand("cost", "What a job cost, stage by stage; or how two runs differ");
  command->add_option("ID", options->ids, "The job's id; two of them: the change from the first to the second")
      ->required()
      ->expected(1, 2);
  AddFormat(command, &options->format, {"table", "json", "yaml", "csv"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return PrintCost(c, *options); }); };
  });
}

}  // namespace mote::client
