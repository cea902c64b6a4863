#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/commands/commands.h"
#include "client/text/explanation.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct Options {
  uint64_t id = 0;
  int64_t task = -1;
  OutputFormat format = OutputFormat::kTable;
};

absl::Status Explain(Client& client, const Options& options) {
  MOTE_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(options.id));
  if (!PrintStructured(ExplanationJson(job), options.format)) std::cout << ExplanationText(job, options.task);
  return absl::OkStatus();
}

}  // namespace

void AddExplain(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app->add_subcommand("explain", "Why a job failed, waits or lost tasks");
  command->add_option("ID", options->id, "The job's id")->required();
  command->add_option("TASK", options->task, "Only this absent task")->check(CLI::NonNegativeNumber);
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return Explain(c, *options); }); };
  });
}

}  // namespace mote::client
