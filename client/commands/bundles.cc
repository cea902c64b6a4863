#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

struct BundlesOptions {
  std::string name;
  std::string tenant;
  OutputFormat format = OutputFormat::kTable;
};

std::string VersionedName(const v1::Bundle& bundle) { return absl::StrCat(bundle.name(), ":", bundle.version()); }

// The model's format, and what stands beside it.
std::string PartsText(const v1::Bundle& bundle) {
  return absl::StrJoin(bundle.parts(), ", ", [](std::string* out, const v1::BundlePart& part) {
    absl::StrAppend(out, part.name());
    if (!part.format().empty()) absl::StrAppend(out, " (", part.format(), ")");
  });
}

std::string BundlesTable(const std::vector<v1::Bundle>& bundles) {
  TextTable table({{"BUNDLE"}, {"JOB", kRight}, {"SIZE", kRight}, {"PARTS"}, {"AGE", kRight}});
  for (const v1::Bundle& bundle : bundles) {
    int64_t bytes = 0;
    for (const v1::BundlePart& part : bundle.parts()) bytes += part.bytes();
    table.Add({VersionedName(bundle), absl::StrCat(bundle.job_id()), BytesText(bytes), PartsText(bundle),
               DurationText(absl::Now() - TimeOf(bundle.publish_time()))});
  }
  return table.ToString();
}

absl::Status PrintBundles(Client& client, const BundlesOptions& options) {
  MOTE_ASSIGN_OR_RETURN(const std::vector<v1::Bundle> bundles, client.ListBundles(options.name, options.tenant));
  OrderedJson json = OrderedJson::array();
  for (const v1::Bundle& bundle : bundles) json.push_back(ToJson(bundle));
  if (PrintStructured(json, options.format)) return absl::OkStatus();
  if (options.format == OutputFormat::kName) {
    for (const v1::Bundle& bundle : bundles) std::cout << VersionedName(bundle) << "\n";
  } else {
    std::cout << BundlesTable(bundles);
  }
  return absl::OkStatus();
}

}  // namespace

void AddBundles(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<BundlesOptions>();
  CLI::App* command = app->add_subcommand("bundles", "List published bundles, the newest version first");
  command->add_option("NAME", options->name, "Of this name alone");
  command->add_option("--tenant", options->tenant, "Whose; default: default");
  AddFormat(command, &options->format, {"table", "json", "yaml", "name"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return PrintBundles(c, *options); }); };
  });
}

}  // namespace mote::client
