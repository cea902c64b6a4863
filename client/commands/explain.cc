#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "client/commands/commands.h"
#include "client/text/quantities.h"
#include "client/text/story.h"
#include "client/text/time_use_text.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct ExplainOptions {
  uint64_t id = 0;
  std::vector<std::string> task;  // [STAGE] INDEX, or STAGE:INDEX
  OutputFormat format = OutputFormat::kTable;
};

bool RanTogether(const v1::Job& a, const v1::Job& b) {
  const auto ended_before = [](const v1::Job& one, const v1::Job& other) {
    return one.has_end_time() && TimeOf(one.end_time()) <= TimeOf(other.start_time());
  };
  return a.has_start_time() && b.has_start_time() && !ended_before(a, b) && !ended_before(b, a);
}

// Of jobs that ran while the job did: who had its slots meanwhile.
absl::StatusOr<std::vector<v1::LedgerEntry>> ReadOthers(Client& client, const v1::Job& job) {
  constexpr int kNewestJobs = 100;
  constexpr int kReadMax = 20;
  std::vector<v1::LedgerEntry> entries;
  MOTE_ASSIGN_OR_RETURN(const std::vector<v1::Job> jobs, client.ListJobs(kNewestJobs));
  int count = 0;
  for (const v1::Job& other : jobs) {
    if (other.id() == job.id() || !RanTogether(job, other)) continue;
    if (++count > kReadMax) break;
    const auto read = client.ReadLedger(other.id(), /*task_columns=*/false);
    if (absl::IsNotFound(read.status())) continue;  // forgotten since it was listed
    MOTE_RETURN_IF_ERROR(read.status());
    entries.insert(entries.end(), read->begin(), read->end());
  }
  return entries;
}

absl::Status Explain(Client& client, const ExplainOptions& options) {
  TaskName task;
  if (!options.task.empty()) {
    MOTE_ASSIGN_OR_RETURN(task, ParseTaskName(absl::StrJoin(options.task, ":")));
  }
  MOTE_ASSIGN_OR_RETURN(const v1::ExplainJobResponse story, client.ExplainJob(options.id, task.task, task.stage));
  std::vector<StageTime> uses;
  if (options.task.empty()) {
    MOTE_ASSIGN_OR_RETURN(const auto entries, client.ReadLedger(options.id, /*task_columns=*/false));
    MOTE_ASSIGN_OR_RETURN(const auto others, ReadOthers(client, story.job()));
    uses = TimeUseOf(story.job(), entries, others);
  }
  OrderedJson json = StoryJson(story, task);
  if (options.task.empty()) json["time"] = TimeUseJson(uses);
  if (!PrintStructured(json, options.format)) std::cout << StoryText(story, task) << TimeUseText(uses);
  return absl::OkStatus();
}

}  // namespace

void AddExplain(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      app->add_subcommand("explain", "Why a job failed, waits, is slow or lost tasks; where one task stands");
  command->add_option("ID", options->id, "The job's id")->required();
  command->add_option("TASK", options->task, "One task alone: INDEX, STAGE:INDEX or STAGE INDEX")->expected(1, 2);
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return Explain(c, *options); }); };
  });
}

}  // namespace mote::client
