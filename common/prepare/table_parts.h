// What the content of a table refers to: where its rows lie.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"

namespace mote {

struct TableParts {
  std::vector<ArtifactRef> artifacts;
  std::vector<ArtifactRef> datasets;  // each an encoded Dataset (dataset.h), which refers to more
};

// Of an encoded Dataset, or of prepared rows that lie nowhere (prepared_view.h).
//
// InvalidArgument: it is neither.
absl::StatusOr<TableParts> PartsOfTable(std::string_view content);

}  // namespace mote
