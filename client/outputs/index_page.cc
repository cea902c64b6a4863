#include "client/outputs/index_page.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/outputs/shard_writer.h"
#include "client/pictures/document_pictures.h"
#include "client/text/quantities.h"
#include "client/text/report.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr char kIndexName[] = "index";

// nullopt: the output is nothing that people read.
absl::StatusOr<std::optional<PageSection>> SectionOf(Client& client, const v1::OutputStatus& output) {
  if (output.kind() != v1::OUTPUT_KIND_DOCUMENT) return std::nullopt;
  MOTE_ASSIGN_OR_RETURN(const std::string content, client.ReadOutput(output));
  MOTE_ASSIGN_OR_RETURN(const Json document, ParseJson(content));
  PageSection section{output.name(), ReportText(document).value_or(""), PicturesOf(document)};
  if (section.text.empty() && section.pictures.empty()) return std::nullopt;
  return section;
}

std::string ElsewhereText(const v1::OutputStatus& output) {
  const std::string rows = output.kind() == v1::OUTPUT_KIND_TABLE ? absl::StrCat(output.rows(), " rows, ") : "";
  return absl::StrCat(output.name(), ": ", rows, BytesText(output.bytes()), ", in a file of its own\n");
}

}  // namespace

absl::StatusOr<std::string> WriteIndexPage(Client& client, const std::string& title,
                                           const std::vector<v1::OutputStatus>& outputs, const std::string& folder) {
  std::vector<PageSection> sections;
  PageSection others{"Other outputs", "", {}};
  for (const v1::OutputStatus& output : outputs) {
    if (output.name() == kIndexName) return std::string();
    MOTE_ASSIGN_OR_RETURN(std::optional<PageSection> section, SectionOf(client, output));
    if (section) {
      sections.push_back(*std::move(section));
    } else {
      absl::StrAppend(&others.text, ElsewhereText(output));
    }
  }
  if (sections.empty()) return std::string();
  if (!others.text.empty()) sections.push_back(std::move(others));
  const std::string path = absl::StrCat(folder, "/", kIndexName, ".html");
  MOTE_RETURN_IF_ERROR(WriteFileAtomically(path, PageOf(title, sections)));
  return path;
}

}  // namespace mote::client
