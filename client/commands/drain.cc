#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/jobfile/place.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct DrainOptions {
  std::string worker;
  bool dry_run = false;
  OutputFormat format = OutputFormat::kTable;
};

absl::Status CheckWorker(Client& client, const std::string& name) {
  MOTE_ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, client.ListWorkers());
  std::vector<std::string> names;
  for (const v1::Worker& worker : workers) names.push_back(worker.name());
  if (std::find(names.begin(), names.end(), name) != names.end()) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("there is no worker '", name, "'", Suggestion(name, names), "; `mote workers` lists them"));
}

absl::Status Drain(Client& client, const DrainOptions& options) {
  MOTE_RETURN_IF_ERROR(CheckWorker(client, options.worker));
  if (!options.dry_run) MOTE_RETURN_IF_ERROR(client.DrainWorker(options.worker));
  const OrderedJson json = {{"worker", options.worker}, {"draining", !options.dry_run}};
  if (PrintStructured(json, options.format)) return absl::OkStatus();
  std::cerr << "worker " << options.worker
            << (options.dry_run ? " would take no new leases (--dry-run)\n"
                                : " takes no new leases and ends when it has finished what it holds\n");
  return absl::OkStatus();
}

}  // namespace

void AddDrain(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<DrainOptions>();
  CLI::App* command = app->add_subcommand("drain", "Let a worker finish what it holds, then end");
  command->add_option("WORKER", options->worker, "The worker's name")->required();
  command->add_flag("--dry-run", options->dry_run, "Say what would happen");
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return Drain(c, *options); }); };
  });
}

}  // namespace mote::client
