#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands/commands.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

std::string WorkersTable(const std::vector<v1::Worker>& workers, bool wide) {
  std::vector<TextTable::Heading> headings = {
      {"NAME"}, {"STATE"}, {"SLOTS", kRight}, {"LEASES", kRight}, {"TASKS", kRight}, {"FAILED", kRight}, {"VERSION"}};
  if (wide) headings.insert(headings.end(), {{"LABELS"}, {"NUMERIC CLASSES"}});
  headings.push_back({"HEARD", kRight});
  TextTable table(std::move(headings));
  for (const v1::Worker& worker : workers) {
    std::vector<std::string> row = {worker.name(),
                                    worker.state(),
                                    absl::StrCat(worker.slots()),
                                    absl::StrCat(worker.leases()),
                                    absl::StrCat(worker.tasks_committed()),
                                    absl::StrCat(worker.attempts_failed()),
                                    worker.version()};
    if (wide) {
      const std::map<std::string, std::string> labels(worker.labels().begin(), worker.labels().end());
      row.push_back(absl::StrJoin(labels, ",", absl::PairFormatter("=")));
      row.push_back(absl::StrJoin(worker.numeric_classes(), " "));
    }
    row.push_back(absl::StrCat(DurationText(absl::Seconds(worker.seconds_since_heard())), " ago"));
    table.Add(std::move(row));
  }
  std::string text = table.ToString();
  for (const v1::Worker& worker : workers) {
    if (!worker.reason().empty()) absl::StrAppend(&text, worker.name(), " is distrusted: ", worker.reason(), "\n");
  }
  return text;
}

absl::Status PrintWorkers(Client& client, OutputFormat format) {
  MOTE_ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, client.ListWorkers());
  OrderedJson json = OrderedJson::array();
  for (const v1::Worker& worker : workers) json.push_back(ToJson(worker));
  if (PrintStructured(json, format)) return absl::OkStatus();
  if (format == OutputFormat::kName) {
    for (const v1::Worker& worker : workers) std::cout << worker.name() << "\n";
  } else {
    std::cout << WorkersTable(workers, format == OutputFormat::kWide);
    for (const v1::Worker& worker : workers) {
      for (const std::string& problem : worker.problems()) std::cerr << worker.name() << ": " << problem << "\n";
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddWorkers(CLI::App* app, Invocation* invocation) {
  const auto format = std::make_shared<OutputFormat>(OutputFormat::kTable);
  CLI::App* command = app->add_subcommand("workers", "List the connected workers");
  AddFormat(command, format.get(), {"table", "wide", "json", "yaml", "name"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return PrintWorkers(c, *format); }); };
  });
}

}  // namespace mote::client
