#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/commands/job_session.h"
#include "client/text/explanation.h"
#include "client/text/terminal.h"

namespace mote::client {
namespace {

struct WatchOptions {
  uint64_t id = 0;
  OutputFormat format = OutputFormat::kTable;
};

// The progress is what was asked for: it goes to stdout. As JSON, an object a line.
int Watch(const Invocation& invocation, const WatchOptions& options) {
  const auto client = ConnectTo(invocation);
  if (!client.ok()) return Report(client.status());
  ProgressPrinter progress(std::cout, TerminalWidth(STDOUT_FILENO));
  v1::Job last;
  const absl::Status status = (*client)->WatchJob(options.id, [&](const v1::Job& job) {
    last = job;
    if (options.format == OutputFormat::kJson) {
      std::cout << ToJson(job).dump(-1, ' ', false, OrderedJson::error_handler_t::replace) << std::endl;
    } else if (IsTerminal(job.state())) {
      progress.Finish(job, absl::Now());
    } else {
      progress.Show(job, absl::Now());
    }
    return true;
  });
  if (!status.ok()) return Report(status);
  if (last.state() != v1::JOB_STATE_SUCCEEDED) std::cerr << ExplanationText(last);
  return ExitCodeOf(last.state());
}

}  // namespace

void AddWatch(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App* command = app->add_subcommand("watch", "Show a job's progress until it has ended");
  command->add_option("ID", options->id, "The job's id")->required();
  AddFormat(command, &options->format, {"table", "json"});
  command->callback([=] { invocation->body = [=] { return Watch(*invocation, *options); }; });
}

}  // namespace mote::client
