#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands/commands.h"
#include "client/jobfile/place.h"
#include "client/text/text_table.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct OperationsOptions {
  std::string name;
  OutputFormat format = OutputFormat::kTable;
};

std::string ParameterKindText(v1::ParameterDescription::Kind kind) {
  return absl::AsciiStrToLower(v1::ParameterDescription::Kind_Name(kind).substr(std::string("KIND_").size()));
}

std::string NeedsText(const v1::OperationDescription& operation) {
  if (operation.is_command()) return "--allow-commands";
  return operation.is_test() ? "--allow-test-operations" : "";
}

void PrintAll(const v1::ListOperationsResponse& offered, bool wide) {
  std::vector<TextTable::Heading> headings = {{"NAME"}, {"KIND"}, {"OUTPUTS"}};
  if (wide) headings.insert(headings.end(), {{"TASK"}, {"WORKER FLAG"}});
  headings.push_back({"SUMMARY"});
  TextTable table(std::move(headings));
  const auto add = [&](const v1::OperationDescription& item, const char* kind) {
    std::vector<std::string> row = {item.name(), kind, absl::StrJoin(item.outputs(), ", ")};
    if (wide) row.insert(row.end(), {item.task_shape(), NeedsText(item)});
    row.push_back(item.summary());
    table.Add(std::move(row));
  };
  for (const v1::OperationDescription& item : offered.operations()) add(item, "operation");
  for (const v1::OperationDescription& item : offered.reducers()) add(item, "reducer");
  std::cout << table.ToString();
}

void PrintOne(const v1::OperationDescription& item) {
  std::cout << item.name() << ": " << item.summary() << "\n";
  if (!item.outputs().empty()) std::cout << "outputs: " << absl::StrJoin(item.outputs(), ", ") << "\n";
  if (!item.task_shape().empty()) std::cout << "tasks:   " << item.task_shape() << "\n";
  if (!NeedsText(item).empty()) std::cout << "workers: need " << NeedsText(item) << "\n";
  if (item.parameters().empty()) {
    std::cout << "no parameters\n";
    return;
  }
  TextTable table({{"PARAMETER"}, {"KIND"}, {"DEFAULT"}, {"MEANING"}});
  for (const v1::ParameterDescription& parameter : item.parameters()) {
    const std::string missing = parameter.optional() ? "-" : "(required)";
    table.Add({parameter.name(), ParameterKindText(parameter.kind()),
               parameter.default_value().empty() ? missing : parameter.default_value(), parameter.summary()});
  }
  std::cout << "\n" << table.ToString();
}

absl::Status Operations(Client& client, const OperationsOptions& options) {
  MOTE_ASSIGN_OR_RETURN(const v1::ListOperationsResponse offered, client.ListOperations());
  if (options.name.empty()) {
    if (PrintStructured(ToJson(offered), options.format)) return absl::OkStatus();
    if (options.format != OutputFormat::kName) {
      PrintAll(offered, options.format == OutputFormat::kWide);
      return absl::OkStatus();
    }
    for (const v1::OperationDescription& item : offered.operations()) std::cout << item.name() << "\n";
    return absl::OkStatus();
  }
  std::vector<std::string> names;
  for (const auto* list : {&offered.operations(), &offered.reducers()}) {
    for (const v1::OperationDescription& item : *list) {
      names.push_back(item.name());
      if (item.name() != options.name) continue;
      if (!PrintStructured(ToJson(item), options.format)) PrintOne(item);
      return absl::OkStatus();
    }
  }
  return absl::NotFoundError(absl::StrCat("there is no operation or reducer '", options.name, "'",
                                          Suggestion(options.name, names), "; `mote operations` lists them"));
}

}  // namespace

void AddOperations(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<OperationsOptions>();
  CLI::App* command = app->add_subcommand("operations", "Operations and reducers, with parameters and outputs");
  command->add_option("NAME", options->name, "Show this one in full");
  AddFormat(command, &options->format, {"table", "wide", "json", "yaml", "name"});
  command->callback([=] {
    invocation->body = [=] {
      return WithAnyCoordinator(*invocation, [=](Client& c) { return Operations(c, *options); });
    };
  });
}

}  // namespace mote::client
