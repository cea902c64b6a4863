#include "worker/engine/array_rows.h"

#include <utility>

#include "common/status_macros.h"

namespace mote::engine {

absl::StatusOr<std::unique_ptr<ArrayRows>> ArrayRows::Open(const Dataset& dataset, BlobSource& source) {
  std::unique_ptr<ArrayRows> rows(new ArrayRows(dataset));
  for (size_t i = 0; i < dataset.arrays.size(); ++i) {
    if (dataset.shared) {
      rows->readers_.push_back(ArtifactReader::OfShared(*dataset.shared));
      continue;
    }
    MOTE_ASSIGN_OR_RETURN(ArtifactReader reader, ArtifactReader::Open(dataset.source, source));
    rows->readers_.push_back(std::move(reader));
  }
  return rows;
}

absl::StatusOr<std::string_view> ArrayRows::View(TaskRange rows, BlobSource& source, std::string* copy) {
  if (dataset_.arrays.size() == 1 && dataset_.arrays[0].native()) return Elements(0, rows, source, copy);
  MOTE_RETURN_IF_ERROR(Interleave(rows, source, copy));
  return std::string_view(*copy);
}

absl::StatusOr<std::string_view> ArrayRows::Elements(size_t column, TaskRange rows, BlobSource& source,
                                                     std::string* joined) {
  const ArrayColumn& array = dataset_.arrays[column];
  const int64_t row_bytes = dataset_.schema.columns[column].width * ElementBytes(array.type);
  return readers_[column].View(array.offset + rows.begin * row_bytes, (rows.end - rows.begin) * row_bytes, source,
                               joined);
}

absl::Status ArrayRows::Interleave(TaskRange rows, BlobSource& source, std::string* copy) {
  const auto count = static_cast<size_t>(rows.end - rows.begin);
  std::vector<std::string> joined(dataset_.arrays.size());
  std::vector<std::string_view> columns;
  for (size_t c = 0; c < dataset_.arrays.size(); ++c) {
    MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, Elements(c, rows, source, &joined[c]));
    columns.push_back(bytes);
  }
  copy->clear();
  for (size_t row = 0; row < count; ++row) {
    for (size_t c = 0; c < columns.size(); ++c) {
      const size_t row_bytes = columns[c].size() / count;
      AppendElements(dataset_.arrays[c], columns[c].substr(row * row_bytes, row_bytes), copy);
    }
  }
  return absl::OkStatus();
}

}  // namespace mote::engine
