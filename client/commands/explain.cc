#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "client/commands/commands.h"
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

absl::Status Explain(Client& client, const ExplainOptions& options) {
  TaskName task;
  if (!options.task.empty()) {
    MOTE_ASSIGN_OR_RETURN(task, ParseTaskName(absl::StrJoin(options.task, ":")));
  }
  MOTE_ASSIGN_OR_RETURN(const v1::ExplainJobResponse story, client.ExplainJob(options.id, task.task, task.stage));
  std::vector<StageTime> uses;
  if (options.task.empty()) {
    MOTE_ASSIGN_OR_RETURN(const auto entries, client.ReadLedger(options.id, /*task_columns=*/false));
    uses = TimeUseOf(story.job(), entries);
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
