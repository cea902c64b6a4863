// Rows of a dataset by index, whatever its format.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/block.h"
#include "common/dataset.h"
#include "common/table.h"
#include "common/value.h"
#include "worker/engine/array_rows.h"
#include "worker/engine/prepared_rows.h"
#include "worker/engine/text_cursor.h"

namespace mote::engine {

// Rows of text become text columns (CSV and ARFF: one a header name; JSON lines: a field, or "record";
// text: "line"); what is a number already is not parsed. Keeps the blobs that it
// used last mapped, so reading rows in random order is cheap too. Prepared rows that lie
// nowhere are made, and put into the engine's scratch directory.
//
// Not thread-safe.
class RowSource {
 public:
  // `dataset`: an encoded Dataset (the content of an Output of kind kTable), or an encoded
  // PreparedView (that of a pinned table's site).
  //
  //   InvalidArgument  not a dataset
  //   Unavailable      it, or the manifest of its text, cannot be had now
  static absl::StatusOr<std::unique_ptr<RowSource>> Open(const Value& dataset, BlobSource& source);

  const Dataset& dataset() const { return dataset_; }
  int64_t rows() const { return dataset_.rows; }

  // The rows [begin, end), 0 ≤ begin ≤ end ≤ rows().
  //
  //   OutOfRange       rows that the dataset does not have
  //   InvalidArgument  a row that does not fit the columns or bad quotes (names file, row and line), or a
  //                    segment that does not fit the schema
  //   Unavailable      a blob cannot be had now
  absl::StatusOr<Table> Read(TaskRange rows, BlobSource& source);

  // The bytes of the same rows, in the encoding of Table: not copied where they lie in
  // one piece (in one segment, or in one blob of a file of arrays whose only column has
  // a type of mote's). Otherwise they are put into `*copy`. Valid until the next call of
  // anything, and while `*copy` is left alone. Errors as Read's.
  absl::StatusOr<std::string_view> View(TaskRange rows, BlobSource& source, std::string* copy);

  // The same, appended to `*table`, whose schema is dataset().schema.
  absl::Status Append(TaskRange rows, BlobSource& source, Table* table);

  // Those of the rows that fit the table; others are left out. Of formats other than text all do.
  absl::StatusOr<Table> ReadFitting(TaskRange rows, BlobSource& source);

  // The rows around `row`, 0 ≤ row < rows(), that lie in one segment with it: a View of them is
  // not copied. The row alone where there are no segments.
  TaskRange PieceOf(int64_t row) const;

 private:
  struct MappedSegment {
    size_t index = 0;
    std::shared_ptr<const void> keep;
    std::string_view bytes;
    TableView view;
  };

  absl::Status CheckRange(TaskRange rows) const;
  absl::Status AppendArrays(TaskRange rows, BlobSource& source, Table* table);
  absl::Status AppendSegments(TaskRange rows, BlobSource& source, Table* table);
  absl::Status AppendText(TaskRange rows, BlobSource& source, bool fitting_alone, Table* table);
  // The last segment that starts at or before `row`: empty ones lie before it.
  size_t SegmentOf(int64_t row) const;
  static std::string_view RowBytes(const MappedSegment& mapped, int64_t first, int64_t last);
  absl::StatusOr<const MappedSegment*> Map(size_t index, BlobSource& source);
  absl::Status ReadSegment(size_t index, BlobSource& source, MappedSegment* mapped);
  void Unmap();  // the segment that was not used for longest

  Dataset dataset_;
  std::vector<int64_t> first_rows_;                         // of each segment
  std::list<MappedSegment> mapped_;                         // most recently used first
  std::vector<std::list<MappedSegment>::iterator> places_;  // of each segment in mapped_, or its end
  int64_t mapped_bytes_ = 0;
  size_t newest_ = SIZE_MAX - 1;            // mapped last
  std::unique_ptr<TextCursor> text_;        // text formats only
  std::unique_ptr<ArrayRows> arrays_;       // kArrays only
  std::unique_ptr<PreparedRows> prepared_;  // of a view only
  std::vector<std::string_view> cells_;
};

}  // namespace mote::engine
