// Finds where rows start in one chunk of a text file, for both cases of what went
// before: outside quotes and inside.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/dataset.h"
#include "common/reducers/text_index.h"

namespace mote::engine {

// A chunk within its file.
struct TextPiece {
  std::string_view bytes;
  int64_t offset = 0;  // of the piece in the file
  int64_t file_bytes = 0;
  // Up to two bytes that follow the piece; asked for only when a row may start at
  // its very end, since they may lie in another blob.
  std::function<absl::StatusOr<std::string>()> following;
};

// Facts of a piece, all but the header. A row is owned by the piece that holds the
// line end before it, the first row of the file by the first piece.
//
// A newline counts when the quotes before it are even in number; empty lines (but
// not in kText) are no rows. So rows come out as CsvScanner finds them, wherever it
// accepts the text; where it does not, reading the rows says so.
absl::StatusOr<ChunkFacts> FindRows(const TextPiece& piece, DatasetFormat format);

// The same of the chunk `bytes` at `offset` of an ARFF file whose rows stand behind
// `header_bytes`: each line there that is neither blank nor a comment is one.
ChunkFacts FindArffRows(std::string_view bytes, int64_t offset, int64_t header_bytes);

}  // namespace mote::engine
