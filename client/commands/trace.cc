#include "client/text/trace.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string_view>

#include "client/commands/commands.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

absl::Status PrintTrace(Client& client, uint64_t id) {
  MOTE_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(id));
  MOTE_ASSIGN_OR_RETURN(const auto entries, client.ReadLedger(id, /*task_columns=*/false));
  WriteTrace(job, entries, [](std::string_view text) { std::cout << text; });
  std::cout.flush();
  return absl::OkStatus();
}

}  // namespace

void AddTrace(CLI::App* app, Invocation* invocation) {
  const auto id = std::make_shared<uint64_t>();
  CLI::App* command =
      app->add_subcommand("trace", "A job's blocks over time, as JSON for Perfetto or chrome://tracing");
  command->add_option("ID", *id, "The job's id")->required();
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return PrintTrace(c, *id); }); };
  });
}

}  // namespace mote::client
