#include "common/prepare/table_parts.h"

#include "common/dataset.h"
#include "common/prepare/prepared_view.h"
#include "common/status_macros.h"

namespace mote {

absl::StatusOr<TableParts> PartsOfTable(std::string_view content) {
  TableParts parts;
  if (!PreparedView::Is(content)) {
    MOTE_ASSIGN_OR_RETURN(const Dataset dataset, Dataset::Decode(content));
    parts.artifacts = dataset.parts();
    return parts;
  }
  MOTE_ASSIGN_OR_RETURN(const PreparedView view, PreparedView::Decode(content));
  // Its segments name no blobs.
  if (view.table.artifact) parts.artifacts.push_back(*view.table.artifact);
  if (view.source.artifact) {
    parts.datasets.push_back(*view.source.artifact);
  } else {
    MOTE_ASSIGN_OR_RETURN(const Dataset source, Dataset::Decode(view.source.bytes));
    for (const ArtifactRef& part : source.parts()) parts.artifacts.push_back(part);
  }
  return parts;
}

}  // namespace mote
