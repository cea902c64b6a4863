// The program `mote`: the command line, and nothing else.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "client/commands/commands.h"
#include "common/grpc_polling.h"

namespace mote::client {
namespace {

constexpr char kFooter[] =
    "Where the coordinator is: --coordinator, else MOTE_COORDINATOR, else `coordinator:` in ./mote.yaml,\n"
    "else 127.0.0.1:7070.\n"
    "Exit codes: 0 success, 1 the job failed, 2 usage or invalid job file, 3 unavailable, 4 cancelled,\n"
    "5 partly quarantined; 130 detached from a job that goes on.";

int Main(int argc, char** argv) {
  // A reader that closes the pipe early is told by the failing write.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("mote runs big jobs as millions of micro-tasks", "mote");
  Invocation invocation;
  app.add_option("--coordinator", invocation.coordinator, "The coordinator's address")->type_name("HOST:PORT");
  app.footer(kFooter);
  app.require_subcommand(1);
  for (const auto add : {AddRun, AddSubmit, AddJobs, AddJob, AddWait, AddWatch, AddCancel, AddResult, AddCost,
                         AddExplain, AddWorkers, AddDrain, AddValidate, AddOperations, AddCompletion, AddVersion}) {
    add(&app, &invocation);
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) command->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? kSucceeded : kUsage;
  }
  return invocation.body();
}

}  // namespace
}  // namespace mote::client

int main(int argc, char** argv) {
  mote::ReconnectPromptly();
  return mote::client::Main(argc, argv);
}
