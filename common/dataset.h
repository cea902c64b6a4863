// Where the rows of a table lie: the descriptor that planners and kernels pass on.
//
// Encoded, it is the `content` of an Output of kind kTable. It is small: one entry
// per segment or per megabyte of text, never one per row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/array_column.h"
#include "common/artifact.h"
#include "common/schema.h"
#include "common/shared_file.h"

namespace mote {

// A run of whole rows in mote's encoding (table.h), one blob.
struct Segment {
  BlobRef blob;
  int64_t rows = 0;
  bool operator==(const Segment&) const = default;
};

// Where rows start in a text file: a sparse index.
struct TextChunk {
  int64_t offset = 0;  // byte offset of the start of row `first_row`
  int64_t first_row = 0;
  int64_t first_line = 1;  // 1-based line of the file at `offset`, for errors
  bool operator==(const TextChunk&) const = default;
};

enum class DatasetFormat : uint8_t {
  kRows = 1,    // segments of mote's own encoding
  kCsv = 2,     // text: every column is text, named by the header
  kJsonl = 3,   // text: one column "record", one JSON value a line
  kText = 4,    // text: one column "line"
  kArrays = 5,  // numbers of fixed size, column by column
  kArff = 6,    // text: every column is text, named by the header at the file's beginning
  kFields = 7,  // text: one JSON value a line; a column is a field of it (json_fields.h), as text
};

// Text whose cells are told apart: a row may have any number of columns.
constexpr bool IsTextTable(DatasetFormat format) {
  return format == DatasetFormat::kCsv || format == DatasetFormat::kArff || format == DatasetFormat::kFields;
}

struct Dataset {
  DatasetFormat format = DatasetFormat::kRows;
  Schema schema;
  int64_t rows = 0;
  std::vector<Segment> segments;                    // kRows
  ArtifactRef source;                               // all but kRows: the file; of a shared one the size alone
  std::optional<SharedFile> shared = std::nullopt;  // all but kRows: where it lies, if not in the store
  std::vector<TextChunk> chunks;                    // text formats: ascending, the first at row 0
  std::vector<ArrayColumn> arrays = {};             // kArrays: of each column
  std::string name;                                 // all but kRows: the file as the user named it, for errors
  char delimiter = ',';                             // kCsv

  bool operator==(const Dataset&) const = default;
  int64_t bytes() const;  // flat bytes of rows, or of the file
  // In which artifacts of the store the rows lie; none for a shared file.
  std::vector<ArtifactRef> parts() const;
  std::string Encode() const;
  // InvalidArgument: not an encoded dataset, or its counts contradict each other.
  static absl::StatusOr<Dataset> Decode(std::string_view bytes);
};

}  // namespace mote
