#include "client/outputs/output_rows.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::client {

absl::StatusOr<Dataset> ReadDataset(Client& client, const v1::OutputStatus& output) {
  if (output.kind() != v1::OUTPUT_KIND_TABLE) {
    return absl::InvalidArgumentError(absl::StrCat("output '", output.name(), "' is no table"));
  }
  MOTE_ASSIGN_OR_RETURN(const std::string content, client.ReadOutput(output));
  return Dataset::Decode(content);
}

absl::Status ForEachSegment(Client& client, const Dataset& dataset,
                            const std::function<absl::Status(const TableView&, std::string_view flat)>& visit) {
  for (const Segment& segment : dataset.segments) {
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, client.ReadBlob(segment.blob));
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(dataset.schema, segment.rows, bytes));
    MOTE_RETURN_IF_ERROR(visit(view, bytes));
  }
  return absl::OkStatus();
}

absl::Status ReadSourceText(Client& client, const Dataset& dataset,
                            const std::function<absl::Status(std::string_view)>& visit) {
  if (!dataset.shared) return client.ReadArtifact(dataset.source, visit);
  return absl::UnimplementedError(absl::StrCat("an output is the shared file \"", dataset.shared->path,
                                               "\" itself, which is not copied; read it where it lies"));
}

absl::Status ForEachPiece(Client& client, const v1::OutputStatus& output,
                          const std::function<absl::Status(std::string_view)>& visit) {
  if (output.content_case() == v1::OutputStatus::kArtifact) {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(output.artifact()));
    return client.ReadArtifact(artifact, visit);
  }
  MOTE_ASSIGN_OR_RETURN(const std::string content, client.ReadOutput(output));
  return visit(content);
}

}  // namespace mote::client
