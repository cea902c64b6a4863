#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/commands/commands.h"
#include "client/jobfile/resolve.h"
#include "client/text/plan_text.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct ValidateOptions {
  std::string path;
  std::vector<std::string> sets;
  OutputFormat format = OutputFormat::kTable;
};

// The files' digests are enough: nothing is put.
absl::StatusOr<v1::ValidateJobResponse> Plan(Client& client, JobFile* job) {
  MOTE_ASSIGN_OR_RETURN(const v1::ListOperationsResponse offered, client.ListOperations());
  MOTE_RETURN_IF_ERROR(CheckAgainst(offered, job));
  MOTE_RETURN_IF_ERROR(PutFiles(offered, Client::HashFile, Client::HashInput, job));
  absl::StatusOr<v1::ValidateJobResponse> plan = client.ValidateJob(job->spec);
  if (!plan.ok()) return WithPlaces(plan.status(), *job);
  return plan;
}

OrderedJson PlanJson(const v1::ValidateJobResponse& plan) {
  OrderedJson stages = OrderedJson::array();
  for (const v1::PlannedStage& stage : plan.stages()) {
    OrderedJson json = ToJson(stage);
    const absl::StatusOr<Json> parameters = ParseJson(stage.parameters());
    if (parameters.ok()) json["parameters"] = OrderedJson::parse(parameters->dump());
    stages.push_back(std::move(json));
  }
  return {{"stages", stages}};
}

absl::Status Validate(Client& client, JobFile job, OutputFormat format) {
  MOTE_ASSIGN_OR_RETURN(const v1::ValidateJobResponse plan, Plan(client, &job));
  if (PrintStructured(PlanJson(plan), format)) return absl::OkStatus();
  std::cout << PlanText(plan, format == OutputFormat::kWide);
  std::cerr << job.path << " is valid\n";
  return absl::OkStatus();
}

}  // namespace

void AddValidate(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app->add_subcommand("validate", "Check a job file and show its plan, without running it");
  command->add_option("JOB", options->path, "The job file (YAML or JSON)")->required();
  AddSets(command, &options->sets);
  AddFormat(command, &options->format, {"table", "wide", "json", "yaml"});
  command->callback([=] {
    invocation->body = [=] {
      const absl::StatusOr<JobFile> job = LoadJobFile(options->path, options->sets);
      if (!job.ok()) return Report(job.status());
      return WithAnyCoordinator(*invocation, [&](Client& c) { return Validate(c, *job, options->format); });
    };
  });
}

}  // namespace mote::client
