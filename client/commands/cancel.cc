#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/commands/commands.h"
#include "client/text/quantities.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct CancelOptions {
  uint64_t id = 0;
  bool dry_run = false;
  OutputFormat format = OutputFormat::kTable;
};

absl::Status Cancel(Client& client, const CancelOptions& options) {
  MOTE_ASSIGN_OR_RETURN(const v1::Job job, options.dry_run ? client.GetJob(options.id) : client.CancelJob(options.id));
  if (PrintStructured(ToJson(job), options.format)) return absl::OkStatus();
  const bool had_ended = IsTerminal(job.state()) && job.state() != v1::JOB_STATE_CANCELLED;
  if (had_ended) {
    std::cerr << "job " << job.id() << " (" << job.name() << ") had already ended: " << StateText(job.state()) << "\n";
  } else {
    std::cerr << "job " << job.id() << " (" << job.name() << ") "
              << (options.dry_run ? "would be cancelled (--dry-run)" : "cancelled") << "\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddCancel(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<CancelOptions>();
  CLI::App* command = app->add_subcommand("cancel", "End a job");
  command->add_option("ID", options->id, "The job's id")->required();
  command->add_flag("--dry-run", options->dry_run, "Say what would happen");
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return Cancel(c, *options); }); };
  });
}

}  // namespace mote::client
