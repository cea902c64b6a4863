#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/commands/commands.h"
#include "client/text/cost_table.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct Options {
  uint64_t id = 0;
  OutputFormat format = OutputFormat::kTable;
};

absl::Status PrintCost(Client& client, const Options& options) {
  MOTE_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(options.id));
  if (!PrintStructured(CostJson(job), options.format)) std::cout << CostText(job);
  return absl::OkStatus();
}

}  // namespace

void AddCost(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app->add_subcommand("cost", "What a job cost, stage by stage");
  command->add_option("ID", options->id, "The job's id")->required();
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return PrintCost(c, *options); }); };
  });
}

}  // namespace mote::client
