#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/text/bill.h"
#include "client/text/eta.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"
#include "client/text/verification.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct JobOptions {
  uint64_t id = 0;
  OutputFormat format = OutputFormat::kTable;
};

void PrintHead(const v1::Job& job) {
  std::cout << "job " << job.id() << " (" << job.name() << ")  " << StateText(job.state()) << ", submitted "
            << DurationText(absl::Now() - TimeOf(job.submit_time())) << " ago";
  if (job.has_end_time() && job.has_start_time()) {
    std::cout << ", ran " << DurationText(TimeOf(job.end_time()) - TimeOf(job.start_time()));
  }
  std::cout << "\n";
  if (job.has_eta()) std::cout << "ends in " << EtaText(job) << ", four times of five within the brackets\n";
  if (!job.waiting_reason().empty()) std::cout << "waiting: " << job.waiting_reason() << "\n";
  if (job.has_failure())
    std::cout << "failure: " << job.failure().message() << " (`mote explain " << job.id() << "`)\n";
  if (job.has_bill()) std::cout << "bill: " << BillText(job) << "\n";
  std::cout << VerificationText(job);
  if (job.absent_size() > 0) std::cout << "absent: " << job.absent_size() << " tasks\n";
}

void PrintStages(const v1::Job& job) {
  TextTable table({{"STAGE"},
                   {"OPERATION"},
                   {"STATE"},
                   {"TASKS", kRight},
                   {"RUNNING", kRight},
                   {"PASSES", kRight},
                   {"ETA", kRight},
                   {"PROGRESS"}});
  for (const v1::StageStatus& stage : job.stages()) {
    table.Add({stage.name(), stage.operation(), StateText(stage.state()),
               absl::StrCat(stage.tasks_committed(), "/", stage.tasks_total()), absl::StrCat(stage.tasks_running()),
               absl::StrCat(stage.passes_complete(), "/", stage.passes_total()), stage.has_eta() ? EtaText(stage) : "-",
               stage.reused_from() == 0 ? stage.progress() : ReusedText(stage)});
  }
  std::cout << "\n" << table.ToString();
}

void PrintOutputs(const v1::Job& job) {
  if (job.outputs().empty()) return;
  TextTable table({{"OUTPUT"}, {"FROM"}, {"KIND"}, {"ROWS", kRight}, {"SIZE", kRight}, {"TO"}});
  for (const v1::OutputStatus& output : job.outputs()) {
    table.Add({output.name(), output.from(), KindText(output.kind()),
               output.kind() == v1::OUTPUT_KIND_TABLE ? absl::StrCat(output.rows()) : "-", BytesText(output.bytes()),
               output.to()});
  }
  std::cout << "\n" << table.ToString();
}

absl::Status PrintJob(Client& client, const JobOptions& options) {
  MOTE_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(options.id));
  if (PrintStructured(ToJson(job), options.format)) return absl::OkStatus();
  PrintHead(job);
  PrintStages(job);
  PrintOutputs(job);
  return absl::OkStatus();
}

}  // namespace

void AddJob(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<JobOptions>();
  CLI::App* command = app->add_subcommand("job", "Show one job: its stages and outputs");
  command->add_option("ID", options->id, "The job's id")->required();
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return PrintJob(c, *options); }); };
  });
}

}  // namespace mote::client
