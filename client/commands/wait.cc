#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/commands/commands.h"
#include "client/commands/job_session.h"
#include "client/text/explanation.h"
#include "client/text/quantities.h"

namespace mote::client {
namespace {

struct WaitOptions {
  uint64_t id = 0;
  OutputFormat format = OutputFormat::kTable;
};

int WaitQuietly(const Invocation& invocation, const WaitOptions& options) {
  const auto client = ConnectTo(invocation);
  if (!client.ok()) return Report(client.status());
  const absl::StatusOr<v1::Job> job = WaitForJob(**client, options.id, nullptr);
  if (!job.ok()) return Report(job.status());
  if (!PrintStructured(ToJson(*job), options.format)) std::cout << StateText(job->state()) << "\n";
  if (job->state() != v1::JOB_STATE_SUCCEEDED) std::cerr << ExplanationText(*job);
  return ExitCodeOf(job->state());
}

}  // namespace

void AddWait(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<WaitOptions>();
  CLI::App* command = app->add_subcommand("wait", "Wait until a job has ended; exit by its result");
  command->add_option("ID", options->id, "The job's id")->required();
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] { invocation->body = [=] { return WaitQuietly(*invocation, *options); }; });
}

}  // namespace mote::client
