// The program `mote`: the command line, and nothing else.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/text/printable.h"
#include "common/grpc_polling.h"
#include "common/suggest.h"
#include "common/version.h"

namespace mote::client {
namespace {

// "mote: no command 'jbos'; did you mean 'jobs'?", where that is what is wrong; else
// empty. CLI11 only says that a subcommand is required.
std::string UnknownCommand(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
  }
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--coordinator") ++i;
    if (word.empty() || word[0] == '-') continue;
    if (std::find(known.begin(), known.end(), word) != known.end()) return "";
    return absl::StrCat("mote: there is no command '", Printable(word), "'", DidYouMean(word, known),
                        "; `mote --help` lists them\n");
  }
  return "";
}

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
  app.set_version_flag("--version", absl::StrCat("mote ", kVersion));
  app.require_subcommand(1);
  for (const auto add : {AddRun,     AddSubmit,  AddJobs,  AddJob,      AddWait,       AddWatch,      AddCancel,
                         AddRetry,   AddResult,  AddCost,  AddTop,      AddTrace,      AddExplain,    AddLogs,
                         AddWorkers, AddBundles, AddDrain, AddValidate, AddOperations, AddCompletion, AddVersion}) {
    add(&app, &invocation);
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) command->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    const std::string unknown = app.get_subcommands().empty() ? UnknownCommand(app, argc, argv) : "";
    if (unknown.empty()) return app.exit(error, std::cout, std::cerr) == 0 ? kSucceeded : kUsage;
    std::cerr << unknown;
    return kUsage;
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
