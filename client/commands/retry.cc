#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/commands/commands.h"
#include "client/commands/job_session.h"
#include "client/text/quantities.h"
#include "client/text/terminal.h"

namespace mote::client {
namespace {

struct RetryOptions {
  uint64_t id = 0;
  bool no_wait = false;
  bool dry_run = false;
  std::string output_dir;
  bool digest = false;
  OutputFormat format = OutputFormat::kTable;
};

int DryRun(Client& client, const RetryOptions& options) {
  const absl::StatusOr<v1::Job> job = client.GetJob(options.id);
  if (!job.ok()) return Report(job.status());
  const bool may = job->state() == v1::JOB_STATE_FAILED || job->state() == v1::JOB_STATE_PARTLY_QUARANTINED;
  std::cerr << "job " << job->id() << " (" << job->name() << "), " << StateText(job->state())
            << (may ? ", would go on (--dry-run)\n" : ", has nothing to retry (--dry-run)\n");
  return may ? kSucceeded : kUsage;
}

int Wait(Client& client, const RetryOptions& options) {
  ProgressPrinter progress(std::cerr, TerminalWidth(STDERR_FILENO));
  const absl::StatusOr<v1::Job> ended = WaitForJob(client, options.id, &progress);
  if (!ended.ok()) return Report(ended.status());
  if (PrintStructured(ToJson(*ended), options.format)) return ExitCodeOf(ended->state());
  if (options.output_dir.empty() && !ended->outputs().empty()) {
    std::cerr << "`mote result " << options.id << " --output DIR` writes the outputs\n";
  }
  FinishOptions finish;
  finish.output_dir = options.output_dir;
  finish.writes_outputs = !options.output_dir.empty();
  finish.print_digest = options.digest;
  return FinishJob(client, *ended, finish);
}

int Retry(const Invocation& invocation, const RetryOptions& options) {
  const auto client = ConnectTo(invocation);
  if (!client.ok()) return Report(client.status());
  if (options.dry_run) return DryRun(**client, options);
  const absl::StatusOr<v1::Job> job = (*client)->RetryJob(options.id);
  if (!job.ok()) return Report(job.status());
  std::cerr << "job " << job->id() << " (" << job->name() << ") goes on\n";
  if (!options.no_wait) return Wait(**client, options);
  PrintStructured(ToJson(*job), options.format);
  return kSucceeded;
}

}  // namespace

void AddRetry(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<RetryOptions>();
  CLI::App* command = app->add_subcommand("retry", "Run again what failed or was quarantined, and nothing else");
  command->add_option("ID", options->id, "The job's id")->required();
  command->add_flag("--no-wait", options->no_wait, "Return once the job goes on");
  command->add_flag("--dry-run", options->dry_run, "Say what would happen");
  command->add_option("--output", options->output_dir, "Write every output here")->type_name("DIR");
  command->add_flag("--digest", options->digest, "Print the SHA-256 of the outputs");
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] { invocation->body = [=] { return Retry(*invocation, *options); }; });
}

}  // namespace mote::client
