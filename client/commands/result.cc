#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/commands/job_session.h"
#include "client/jobfile/place.h"
#include "client/outputs/output_writer.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct ResultOptions {
  uint64_t id = 0;
  std::string name;
  std::string output_dir;
  bool digest = false;
  OutputFormat format = OutputFormat::kTable;
};

// The outputs asked for: the one of that name, or all.
absl::StatusOr<std::vector<v1::OutputStatus>> Chosen(const v1::Job& job, const std::string& name) {
  std::vector<v1::OutputStatus> outputs;
  std::vector<std::string> names;
  for (const v1::OutputStatus& output : job.outputs()) {
    names.push_back(output.name());
    if (name.empty() || output.name() == name) outputs.push_back(output);
  }
  if (!name.empty() && outputs.empty()) {
    return absl::NotFoundError(absl::StrCat("job ", job.id(), " has no output '", name, "'", Suggestion(name, names),
                                            IsTerminal(job.state()) ? "" : "; it is still running"));
  }
  return outputs;
}

absl::Status List(const v1::Job& job, const std::vector<v1::OutputStatus>& outputs, OutputFormat format) {
  OrderedJson json = OrderedJson::array();
  for (const v1::OutputStatus& output : outputs) {
    OrderedJson item = ToJson(output);
    item.erase("inline");
    json.push_back(std::move(item));
  }
  if (PrintStructured(json, format)) return absl::OkStatus();
  TextTable table({{"NAME"}, {"KIND"}, {"ROWS", kRight}, {"SIZE", kRight}, {"FROM"}});
  for (const v1::OutputStatus& output : outputs) {
    table.Add({output.name(), KindText(output.kind()),
               output.kind() == v1::OUTPUT_KIND_TABLE ? absl::StrCat(output.rows()) : "-", BytesText(output.bytes()),
               output.from()});
  }
  std::cout << table.ToString();
  std::cerr << "`mote result " << job.id() << " NAME` prints one, --output DIR writes them\n";
  return absl::OkStatus();
}

absl::Status Print(Client& client, const v1::OutputStatus& output, OutputFormat format) {
  if (output.kind() == v1::OUTPUT_KIND_BLOB && isatty(STDOUT_FILENO) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("output '", output.name(), "' is binary, ",
                                                      BytesText(output.bytes()),
                                                      "; write it with --output DIR or redirect stdout"));
  }
  MOTE_RETURN_IF_ERROR(PrintOutput(client, output, format == OutputFormat::kJson, std::cout));
  std::cout.flush();
  if (std::cout) return absl::OkStatus();
  return absl::UnavailableError("stdout was closed before everything was printed");
}

absl::Status Result(Client& client, const ResultOptions& options) {
  MOTE_ASSIGN_OR_RETURN(v1::Job job, client.GetJob(options.id));
  MOTE_ASSIGN_OR_RETURN(const std::vector<v1::OutputStatus> outputs, Chosen(job, options.name));
  const bool has_result = job.state() == v1::JOB_STATE_SUCCEEDED || job.state() == v1::JOB_STATE_PARTLY_QUARANTINED;
  if (options.digest && options.name.empty() && !has_result) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", job.id(), " is ", StateText(job.state()), ": a digest is taken over all outputs; ",
                     IsTerminal(job.state()) ? "name one" : absl::StrCat("`mote wait ", job.id(), "` first")));
  }
  if (!options.output_dir.empty()) {
    MOTE_RETURN_IF_ERROR(WriteOutputs(client, outputs, options.output_dir));
    if (options.name.empty()) MOTE_RETURN_IF_ERROR(WritePage(client, job, options.output_dir));
  } else if (!options.name.empty() && !options.digest) {
    return Print(client, outputs.front(), options.format);
  } else if (!options.digest) {
    return List(job, outputs, options.format);
  }
  if (!options.digest) return absl::OkStatus();
  job.clear_outputs();
  for (const v1::OutputStatus& output : outputs) *job.add_outputs() = output;
  return PrintDigest(client, job);
}

}  // namespace

void AddResult(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<ResultOptions>();
  CLI::App* command = app->add_subcommand("result", "List, print or write what a job yielded");
  command->add_option("ID", options->id, "The job's id")->required();
  command->add_option("NAME", options->name, "The output's name; without it all are meant");
  command->add_option("--output", options->output_dir, "Write into this directory")->type_name("DIR");
  command->add_flag("--digest", options->digest, "Print the SHA-256 of the outputs");
  AddFormat(command, &options->format, {"table", "json", "yaml"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return Result(c, *options); }); };
  });
}

}  // namespace mote::client
