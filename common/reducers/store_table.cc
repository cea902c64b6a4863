#include "common/reducers/store_table.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"

namespace mote {
namespace {

// Collects rows until a blob is full. Not thread-safe.
class RowPacker {
 public:
  RowPacker(std::string_view bytes, BlobSink& blobs) : bytes_(bytes), blobs_(blobs) {}

  // The next `rows` rows, together `size` ≤ kBlobBytesMax bytes.
  void Add(int64_t rows, int64_t size) {
    if (size_ + size > kBlobBytesMax) Seal();
    rows_ += rows;
    size_ += size;
  }
  std::vector<Segment> Take() {
    Seal();
    return std::move(segments_);
  }

 private:
  void Seal() {
    if (rows_ == 0) return;
    const Digest digest = blobs_.Store(std::string(bytes_.substr(0, static_cast<size_t>(size_))));
    segments_.push_back({{digest, size_}, rows_});
    bytes_.remove_prefix(static_cast<size_t>(size_));
    rows_ = size_ = 0;
  }

  std::string_view bytes_;  // from the first row that is not sealed
  BlobSink& blobs_;
  int64_t rows_ = 0;
  int64_t size_ = 0;
  std::vector<Segment> segments_;
};

absl::Status RowTooLarge(int64_t row, int64_t bytes) {
  return absl::InvalidArgumentError(absl::StrCat("row ", row, " of a task has ", bytes,
                                                 " bytes; a row may have at most ", kBlobBytesMax,
                                                 ": make its columns narrower"));
}

}  // namespace

absl::StatusOr<std::vector<Segment>> StoreRows(Table table, BlobSink& blobs) {
  if (table.schema.columns.empty() && (table.rows != 0 || !table.bytes.empty())) {
    return absl::InvalidArgumentError(absl::StrCat(table.rows, " rows without a column; a table needs columns"));
  }
  MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(table.schema, table.rows, table.bytes));
  if (const int64_t size = static_cast<int64_t>(table.bytes.size()); size > 0 && size <= kBlobBytesMax) {
    return std::vector<Segment>{{{blobs.Store(std::move(table.bytes)), size}, table.rows}};
  }
  RowPacker packer(table.bytes, blobs);
  if (const std::optional<int64_t> stride = table.schema.Stride(); stride.has_value() && *stride > 0) {
    if (*stride > kBlobBytesMax) return RowTooLarge(0, *stride);
    const int64_t rows_per_blob = kBlobBytesMax / *stride;
    for (int64_t row = 0; row < table.rows; row += rows_per_blob) {
      const int64_t rows = std::min(rows_per_blob, table.rows - row);
      packer.Add(rows, rows * *stride);
    }
    return packer.Take();
  }
  for (int64_t row = 0; row < table.rows; ++row) {
    const int64_t size = static_cast<int64_t>(view.Row(row).size());
    if (size > kBlobBytesMax) return RowTooLarge(row, size);
    packer.Add(1, size);
  }
  return packer.Take();
}

Output DatasetOutput(const Dataset& dataset, BlobSink& blobs) {
  std::string schema = dataset.schema.Encode();
  if (static_cast<int64_t>(schema.size()) > kOutputSchemaBytesMax) schema.clear();
  return {OutputKind::kTable, StoreBytes(dataset.Encode(), blobs), dataset.rows, dataset.bytes(), std::move(schema)};
}

absl::StatusOr<Output> StoreTable(Table table, BlobSink& blobs) {
  Dataset dataset;
  dataset.schema = table.schema;
  dataset.rows = table.rows;
  MOTE_ASSIGN_OR_RETURN(dataset.segments, StoreRows(std::move(table), blobs));
  return DatasetOutput(dataset, blobs);
}

}  // namespace mote
