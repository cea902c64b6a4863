#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/text/job_tasks.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct JobsOptions {
  int limit = 0;
  OutputFormat format = OutputFormat::kTable;
};

std::string TasksText(const v1::Job& job) {
  const JobTasks tasks = TasksOf(job);
  return absl::StrCat(tasks.committed, "/", tasks.total);
}

std::string RunningStages(const v1::Job& job) {
  std::string names;
  for (const v1::StageStatus& stage : job.stages()) {
    if (stage.state() == v1::STAGE_STATE_RUNNING) absl::StrAppend(&names, names.empty() ? "" : ",", stage.name());
  }
  return names;
}

std::string JobsTable(const std::vector<v1::Job>& jobs, bool wide) {
  std::vector<TextTable::Heading> headings = {{"NAME"}, {"ID", kRight}, {"STATE"}, {"TASKS", kRight}};
  if (wide) headings.insert(headings.end(), {{"STAGE"}, {"TENANT"}, {"PRIORITY", kRight}, {"WAITING FOR"}});
  headings.push_back({"AGE", kRight});
  TextTable table(std::move(headings));
  for (const v1::Job& job : jobs) {
    std::vector<std::string> row = {job.name(), absl::StrCat(job.id()), StateText(job.state()), TasksText(job)};
    if (wide) {
      row.insert(row.end(), {RunningStages(job), job.tenant(), absl::StrCat(job.priority()), job.waiting_reason()});
    }
    row.push_back(DurationText(absl::Now() - TimeOf(job.submit_time())));
    table.Add(std::move(row));
  }
  return table.ToString();
}

// A list tells of jobs, not of their stages' costs: `mote job ID -o json` does.
OrderedJson Listed(const v1::Job& job) {
  OrderedJson json = ToJson(job);
  for (const char* field : {"outputs", "absent"}) json.erase(field);
  OrderedJson stages = OrderedJson::array();
  for (const OrderedJson& stage : json["stages"]) {
    OrderedJson& listed = stages.emplace_back();
    for (const char* field : {"name", "operation", "state", "tasks_total", "tasks_committed", "tasks_running"}) {
      listed[field] = stage.at(field);
    }
  }
  json["stages"] = std::move(stages);
  return json;
}

absl::Status PrintJobs(Client& client, const JobsOptions& options) {
  MOTE_ASSIGN_OR_RETURN(const std::vector<v1::Job> jobs, client.ListJobs(options.limit));
  OrderedJson json = OrderedJson::array();
  for (const v1::Job& job : jobs) json.push_back(Listed(job));
  if (PrintStructured(json, options.format)) return absl::OkStatus();
  if (options.format == OutputFormat::kName) {
    for (const v1::Job& job : jobs) std::cout << job.id() << "\n";
  } else {
    std::cout << JobsTable(jobs, options.format == OutputFormat::kWide);
  }
  return absl::OkStatus();
}

}  // namespace

void AddJobs(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<JobsOptions>();
  CLI::App* command = app->add_subcommand("jobs", "List jobs, newest first");
  command->add_option("--limit", options->limit, "At most so many; 0: all")->check(CLI::NonNegativeNumber);
  AddFormat(command, &options->format, {"table", "wide", "json", "yaml", "name"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return PrintJobs(c, *options); }); };
  });
}

}  // namespace mote::client
