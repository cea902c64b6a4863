#include "client/commands/invocation.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "absl/strings/str_cat.h"
#include "client/embedded/cluster.h"
#include "client/embedded/state_dir.h"
#include "client/settings.h"
#include "client/text/printable.h"
#include "client/text/yaml_text.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

absl::Status CallEmbedded(const std::function<absl::Status(Client&)>& call) {
  MOTE_ASSIGN_OR_RETURN(const StateDir state_dir, StateDir::Open(""));
  ClusterOptions options;
  options.program_dir = ProgramDir();
  options.state_dir = state_dir.path();
  options.workers = 0;
  options.journal = "none";
  MOTE_ASSIGN_OR_RETURN(const auto cluster, EmbeddedCluster::Start(options, [](const std::string&) {}));
  MOTE_ASSIGN_OR_RETURN(const auto client, Client::Connect(cluster->address()));
  return call(*client);
}

}  // namespace

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kSucceeded;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
      return kUsage;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return kUnavailable;
    case absl::StatusCode::kCancelled:
      return kCancelled;
    default:
      return kFailed;
  }
}

int ExitCodeOf(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_SUCCEEDED:
      return kSucceeded;
    case v1::JOB_STATE_PARTLY_QUARANTINED:
      return kPartlyQuarantined;
    case v1::JOB_STATE_CANCELLED:
      return kCancelled;
    default:
      return kFailed;
  }
}

int Report(const absl::Status& status) {
  if (status.ok()) return kSucceeded;
  const std::string message = Printable({status.message().data(), status.message().size()});
  // Mistakes of a job file begin with their place, FILE:LINE:COLUMN, which editors look for.
  const bool has_place = absl::IsInvalidArgument(status) && message.substr(0, message.find(' ')).ends_with(':');
  std::cerr << (has_place ? "" : "mote: ") << message << (message.ends_with('\n') ? "" : "\n");
  return ExitCodeOf(status);
}

absl::StatusOr<std::unique_ptr<Client>> ConnectTo(const Invocation& invocation, ConnectOptions options) {
  MOTE_ASSIGN_OR_RETURN(const CoordinatorSetting setting, FindCoordinator(invocation.coordinator));
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(setting.address, options);
  if (client.ok() || !absl::IsInvalidArgument(client.status())) return client;
  return absl::InvalidArgumentError(absl::StrCat(setting.source, ": ", client.status().message()));
}

int WithClient(const Invocation& invocation, const std::function<absl::Status(Client&)>& call) {
  const auto client = ConnectTo(invocation);
  if (!client.ok()) return Report(client.status());
  return Report(call(**client));
}

int WithAnyCoordinator(const Invocation& invocation, const std::function<absl::Status(Client&)>& call) {
  const auto setting = FindCoordinator(invocation.coordinator);
  if (!setting.ok()) return Report(setting.status());
  const auto client = ConnectTo(invocation);
  if (client.ok()) return Report(call(**client));
  if (!setting->is_default() || !absl::IsUnavailable(client.status())) return Report(client.status());
  return Report(CallEmbedded(call));
}

void AddFormat(CLI::App* app, OutputFormat* format, const std::vector<std::string>& allowed) {
  static const std::map<std::string, OutputFormat> kAll = {
      {"table", OutputFormat::kTable}, {"wide", OutputFormat::kWide}, {"json", OutputFormat::kJson},
      {"yaml", OutputFormat::kYaml},   {"csv", OutputFormat::kCsv},   {"name", OutputFormat::kName}};
  std::map<std::string, OutputFormat> formats;
  std::string names;
  for (const std::string& name : allowed) {
    formats[name] = kAll.at(name);
    names += (names.empty() ? "" : "|") + name;
  }
  const CLI::Validator to_format(
      [formats, names](std::string& word) {
        const auto found = formats.find(word);
        if (found == formats.end()) return absl::StrCat("'", Printable(word), "' is no format; write ", names);
        word = std::to_string(static_cast<int>(found->second));
        return std::string();
      },
      "");
  app->add_option("-o,--format", *format, "What to print: " + names)->type_name("FORMAT")->transform(to_format);
}

void AddSets(CLI::App* app, std::vector<std::string>* sets) {
  app->add_option("--set", *sets, "Value of a parameter of the job file: name=value")
      ->type_name("NAME=VALUE")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
}

bool PrintStructured(const OrderedJson& json, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    std::cout << json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) << "\n";
  } else if (format == OutputFormat::kYaml) {
    std::cout << YamlText(json);
  } else {
    return false;
  }
  return true;
}

}  // namespace mote::client
