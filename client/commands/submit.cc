#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/commands/interrupts.h"
#include "client/commands/job_session.h"
#include "client/text/terminal.h"

namespace mote::client {
namespace {

struct SubmitOptions {
  std::string path;
  std::vector<std::string> sets;
  bool no_wait = false;
  bool parsable = false;
  bool dry_run = false;
  bool no_reuse = false;
  std::string output_dir;
  bool digest = false;
  OutputFormat format = OutputFormat::kTable;
};

// Ctrl-C while a job is submitted and waited for: the job goes on without us.
class Detach {
 public:
  Detach(Client* client, ProgressPrinter* progress)
      : client_(*client), progress_(*progress), interrupts_([this](int) { OnInterrupt(); }) {}

  void Submitted(uint64_t id) {
    const std::lock_guard lock(mutex_);
    id_ = id;
  }

 private:
  void OnInterrupt() {
    const std::lock_guard lock(mutex_);
    progress_.Note(id_ ? absl::StrCat("detached; the job goes on: `mote watch ", *id_, "` shows it, `mote cancel ",
                                      *id_, "` ends it")
                       : "stopped before the job was submitted");
    client_.CancelCalls();
  }

  Client& client_;
  ProgressPrinter& progress_;
  std::mutex mutex_;
  std::optional<uint64_t> id_;  // guarded by mutex_
  const InterruptWatcher interrupts_;
};

int ReportUnlessDetached(const absl::Status& status) { return absl::IsCancelled(status) ? kDetached : Report(status); }

int WaitAndFinish(Client& client, uint64_t id, const JobFile& job, ProgressPrinter* progress,
                  const SubmitOptions& options) {
  const absl::StatusOr<v1::Job> ended = WaitForJob(client, id, progress);
  if (!ended.ok()) return ReportUnlessDetached(ended.status());
  if (options.parsable || PrintStructured(ToJson(*ended), options.format)) return ExitCodeOf(ended->state());
  FinishOptions finish;
  finish.job_folder = job.folder;
  finish.output_dir = options.output_dir;
  finish.print_digest = options.digest;
  return FinishJob(client, *ended, finish);
}

void PrintSubmitted(uint64_t id, const std::string& name, const SubmitOptions& options) {
  if (options.parsable) {
    std::cout << id << std::endl;
    return;
  }
  std::cerr << "job " << id << " (" << name << ") submitted\n";
  const OrderedJson json = {{"id", id}, {"name", name}};
  if (options.no_wait && !PrintStructured(json, options.format)) std::cout << id << "\n";
}

int DryRun(const JobFile& job, OutputFormat format) {
  const OrderedJson normal_form = ToJson(job.spec, Defaults::kSkipped);
  PrintStructured(normal_form, format == OutputFormat::kTable ? OutputFormat::kYaml : format);
  std::cerr << "not submitted (--dry-run)\n";
  return kSucceeded;
}

int SubmitFile(const Invocation& invocation, const SubmitOptions& options) {
  absl::StatusOr<JobFile> job = LoadJobFile(options.path, options.sets);
  if (!job.ok()) return Report(job.status());
  job->spec.set_no_reuse(options.no_reuse);
  if (options.dry_run) return DryRun(*job, options.format);
  if (!options.no_wait) {
    if (const absl::Status writable = CheckDestinations(*job, options.output_dir); !writable.ok()) {
      return Report(writable);
    }
  }
  BlockInterrupts();
  const auto client = ConnectTo(invocation);
  if (!client.ok()) return Report(client.status());
  ProgressPrinter progress(std::cerr, TerminalWidth(STDERR_FILENO));
  Detach detach(client->get(), &progress);
  const absl::Status prepared = PrepareJob(**client, &*job);
  if (!prepared.ok()) return ReportUnlessDetached(prepared);
  const absl::StatusOr<uint64_t> id = Submit(**client, *job, NewRequestId());
  if (!id.ok()) return ReportUnlessDetached(id.status());
  detach.Submitted(*id);
  PrintSubmitted(*id, job->spec.name(), options);
  return options.no_wait ? static_cast<int>(kSucceeded) : WaitAndFinish(**client, *id, *job, &progress, options);
}

}  // namespace

void AddSubmit(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<SubmitOptions>();
  CLI::App* command = app->add_subcommand("submit", "Submit a job and wait for it");
  command->add_option("JOB", options->path, "The job file (YAML or JSON)")->required();
  AddSets(command, &options->sets);
  command->add_flag("--no-wait", options->no_wait, "Return once the job is accepted");
  command->add_flag("--parsable", options->parsable, "Print the job's id alone");
  command->add_flag("--dry-run", options->dry_run, "Check the file and print its normal form; submit nothing");
  command->add_flag("--no-reuse", options->no_reuse, "Run every stage, also those whose outputs are stored");
  command->add_option("--output", options->output_dir, "Write every output here")->type_name("DIR");
  command->add_flag("--digest", options->digest, "Print the SHA-256 of the outputs");
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] { invocation->body = [=] { return SubmitFile(*invocation, *options); }; });
}

}  // namespace mote::client
