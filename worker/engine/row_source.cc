#include "worker/engine/row_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/read_ahead.h"
#include "worker/engine/scratch.h"

namespace mote::engine {
namespace {

// Segments stay mapped while they have no more bytes than this together, or the newest
// alone: who trains reads rows in random order, and mapping a segment anew costs as much
// as thousands of rows. Their pages are clean: under pressure the kernel takes them back.
constexpr int64_t kMappedBytesMax = int64_t{512} << 20;
// Of rows that were made here, which costs far more than mapping them.
constexpr int64_t kMadeBytesMax = int64_t{16} << 30;
// A process may have 65,530 mappings (vm.max_map_count).
constexpr size_t kMappedSegmentsMax = 4096;
constexpr size_t kMadeSegmentsMax = 16384;
// Who reads forward has so many more fetched meanwhile.
constexpr size_t kSegmentsAhead = 3;

}  // namespace

absl::StatusOr<std::unique_ptr<RowSource>> RowSource::Open(const Value& dataset, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(std::string encoded, ReadValue(dataset, source));
  auto rows = std::make_unique<RowSource>();
  if (PreparedView::Is(encoded)) {
    MOTE_ASSIGN_OR_RETURN(const PreparedView view, PreparedView::Decode(encoded));
    MOTE_ASSIGN_OR_RETURN(rows->prepared_, PreparedRows::Open(view, source));
    MOTE_ASSIGN_OR_RETURN(encoded, ReadValue(view.table, source));
  }
  MOTE_ASSIGN_OR_RETURN(rows->dataset_, Dataset::Decode(encoded));
  if (rows->dataset_.format == DatasetFormat::kArrays) {
    MOTE_ASSIGN_OR_RETURN(rows->arrays_, ArrayRows::Open(rows->dataset_, source));
    return rows;
  }
  if (rows->dataset_.format != DatasetFormat::kRows) {
    MOTE_ASSIGN_OR_RETURN(rows->text_, TextCursor::Open(rows->dataset_, source));
    return rows;
  }
  int64_t first = 0;
  for (const Segment& segment : rows->dataset_.segments) {
    rows->first_rows_.push_back(first);
    first += segment.rows;
  }
  rows->places_.assign(rows->dataset_.segments.size(), rows->mapped_.end());
  return rows;
}

absl::StatusOr<Table> RowSource::Read(TaskRange rows, BlobSource& source) {
  Table table;
  table.schema = dataset_.schema;
  MOTE_RETURN_IF_ERROR(Append(rows, source, &table));
  return table;
}

absl::Status RowSource::CheckRange(TaskRange rows) const {
  if (rows.begin >= 0 && rows.begin <= rows.end && rows.end <= dataset_.rows) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat("rows [", rows.begin, ", ", rows.end, ") of a table of ", dataset_.rows, " rows"));
}

absl::StatusOr<std::string_view> RowSource::View(TaskRange rows, BlobSource& source, std::string* copy) {
  MOTE_RETURN_IF_ERROR(CheckRange(rows));
  copy->clear();
  if (rows.empty()) return std::string_view();
  if (arrays_ != nullptr) return arrays_->View(rows, source, copy);
  const size_t index = text_ == nullptr ? SegmentOf(rows.begin) : 0;
  if (text_ == nullptr && rows.end <= first_rows_[index] + dataset_.segments[index].rows) {
    MOTE_ASSIGN_OR_RETURN(const MappedSegment* mapped, Map(index, source));
    return RowBytes(*mapped, rows.begin - first_rows_[index], rows.end - 1 - first_rows_[index]);
  }
  Table table;
  table.bytes = std::move(*copy);
  const absl::Status read = Append(rows, source, &table);
  *copy = std::move(table.bytes);
  MOTE_RETURN_IF_ERROR(read);
  return std::string_view(*copy);
}

size_t RowSource::SegmentOf(int64_t row) const {
  return std::upper_bound(first_rows_.begin(), first_rows_.end(), row) - first_rows_.begin() - 1;
}

TaskRange RowSource::PieceOf(int64_t row) const {
  if (arrays_ != nullptr || text_ != nullptr) return {row, row + 1};
  const size_t index = SegmentOf(row);
  return {first_rows_[index], first_rows_[index] + dataset_.segments[index].rows};
}

std::string_view RowSource::RowBytes(const MappedSegment& mapped, int64_t first, int64_t last) {
  const std::string_view begin = mapped.view.Row(first);
  const std::string_view end = mapped.view.Row(last);
  return {begin.data(), static_cast<size_t>(end.data() + end.size() - begin.data())};
}

absl::Status RowSource::Append(TaskRange rows, BlobSource& source, Table* table) {
  MOTE_RETURN_IF_ERROR(CheckRange(rows));
  if (rows.empty()) return absl::OkStatus();
  if (arrays_ != nullptr) return AppendArrays(rows, source, table);
  return text_ != nullptr ? AppendText(rows, source, /*fitting_alone=*/false, table)
                          : AppendSegments(rows, source, table);
}

absl::StatusOr<const RowSource::MappedSegment*> RowSource::Map(size_t index, BlobSource& source) {
  if (places_[index] != mapped_.end()) {
    mapped_.splice(mapped_.begin(), mapped_, places_[index]);
    return &mapped_.front();
  }
  MappedSegment mapped;
  mapped.index = index;
  MOTE_RETURN_IF_ERROR(ReadSegment(index, source, &mapped));
  MOTE_ASSIGN_OR_RETURN(mapped.view, TableView::Open(dataset_.schema, dataset_.segments[index].rows, mapped.bytes));
  const auto bytes = static_cast<int64_t>(mapped.bytes.size());
  const int64_t bytes_max = prepared_ == nullptr ? kMappedBytesMax : kMadeBytesMax;
  const size_t segments_max = prepared_ == nullptr ? kMappedSegmentsMax : kMadeSegmentsMax;
  while (!mapped_.empty() && (mapped_.size() >= segments_max || mapped_bytes_ > bytes_max - bytes)) Unmap();
  mapped_.push_front(std::move(mapped));
  places_[index] = mapped_.begin();
  mapped_bytes_ += bytes;
  return &mapped_.front();
}

absl::Status RowSource::ReadSegment(size_t index, BlobSource& source, MappedSegment* mapped) {
  const BlobRef& blob = dataset_.segments[index].blob;
  if (prepared_ == nullptr) {
    const size_t ahead = index == newest_ + 1 ? std::min(dataset_.segments.size(), index + 1 + kSegmentsAhead) : 0;
    for (size_t next = index + 1; next < ahead; ++next) Expect(dataset_.segments[next].blob.digest, source);
    newest_ = index;
    MOTE_ASSIGN_OR_RETURN(mapped->bytes, source.Read(blob.digest, &mapped->keep));
    return absl::OkStatus();
  }
  MOTE_ASSIGN_OR_RETURN(const std::string_view made, prepared_->Make(blob, source));
  if (Scratch* const scratch = ScratchOf(source); scratch != nullptr) {
    MOTE_ASSIGN_OR_RETURN(const Scratched kept, scratch->Put(made));
    mapped->keep = kept.keep;
    mapped->bytes = kept.bytes;
    return absl::OkStatus();
  }
  const auto copy = std::make_shared<const std::string>(made);
  mapped->keep = copy;
  mapped->bytes = *copy;
  return absl::OkStatus();
}

void RowSource::Unmap() {
  mapped_bytes_ -= static_cast<int64_t>(mapped_.back().bytes.size());
  places_[mapped_.back().index] = mapped_.end();
  mapped_.pop_back();
}

absl::Status RowSource::AppendSegments(TaskRange rows, BlobSource& source, Table* table) {
  size_t index = SegmentOf(rows.begin);
  for (int64_t row = rows.begin; row < rows.end; ++index) {
    MOTE_ASSIGN_OR_RETURN(const MappedSegment* mapped, Map(index, source));
    const int64_t first = row - first_rows_[index];
    const int64_t last = std::min(dataset_.segments[index].rows, rows.end - first_rows_[index]) - 1;
    if (last < first) continue;  // a segment without rows
    table->bytes.append(RowBytes(*mapped, first, last));
    table->rows += last - first + 1;
    row += last - first + 1;
  }
  return absl::OkStatus();
}

absl::Status RowSource::AppendArrays(TaskRange rows, BlobSource& source, Table* table) {
  std::string copy;
  MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, arrays_->View(rows, source, &copy));
  table->bytes.append(bytes);
  table->rows += rows.end - rows.begin;
  return absl::OkStatus();
}

absl::StatusOr<Table> RowSource::ReadFitting(TaskRange rows, BlobSource& source) {
  if (text_ == nullptr) return Read(rows, source);
  MOTE_RETURN_IF_ERROR(CheckRange(rows));
  Table table;
  table.schema = dataset_.schema;
  MOTE_RETURN_IF_ERROR(AppendText(rows, source, /*fitting_alone=*/true, &table));
  return table;
}

absl::Status RowSource::AppendText(TaskRange rows, BlobSource& source, bool fitting_alone, Table* table) {
  MOTE_RETURN_IF_ERROR(text_->Seek(rows, source));
  ByteWriter writer(&table->bytes);
  while (true) {
    MOTE_ASSIGN_OR_RETURN(const bool more, text_->Next(&cells_));
    if (!more) return absl::OkStatus();
    if (!text_->fits() && fitting_alone) continue;
    if (!text_->fits()) return text_->MisfitError();
    for (const std::string_view cell : cells_) writer.PutString(cell);
    ++table->rows;
  }
}

}  // namespace mote::engine
