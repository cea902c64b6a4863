// `text_index`: from facts about chunks of a text file to the index of its rows
// (internal).
//
// A task sees one chunk and cannot know whether it starts inside quotes. It counts
// for both cases; quotes come in pairs, so the parity of the quotes before a chunk
// says which case holds. ARFF has no newlines in quotes, but a line may begin with blanks
// from one chunk to the next and then be empty or a comment. Nothing is guessed: Combine
// only lines the facts up, and Finish walks them once from the start of the file.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/reducers/reducer_entry.h"

namespace mote {

// A row with the chunk in which it starts: what a task may have to read for one row.
inline constexpr int64_t kTextRowBytesMax = 64 << 20;

// Rows of a chunk in one of the two cases. One is of the chunk where the line end before
// it lies (of the first, if it begins the file); of ARFF, where its first byte lies that is
// not blank.
struct ChunkRows {
  int64_t rows = 0;
  int64_t first_offset = 0;  // in the file, of the first such row
  int64_t first_line = 0;    // newlines of the chunk before it
  int64_t last_line = 0;     // newlines of the chunk before the last such row
  bool operator==(const ChunkRows&) const = default;
};

// The first row of a CSV file, or all that stands before the rows of an ARFF file.
struct TextHeader {
  std::vector<std::string> names;
  int64_t end_offset = 0;  // where the next row may start
  int64_t lines = 0;       // newlines up to there
  bool operator==(const TextHeader&) const = default;
};

struct ChunkFacts {
  int64_t newlines = 0;
  // The chunk starts outside quotes; inside. Of ARFF: within a line; at its beginning or
  // among the blanks there.
  std::array<ChunkRows, 2> cases;
  bool odd_quotes = false;  // the next chunk's case is the other one
  bool settles = false;     // or, with this: it is case 0, with odd_quotes 1, whatever this one's was
  int64_t nul_offset = -1;  // of the first NUL byte, −1: there is none
  int64_t nul_line = 0;     // newlines of the chunk before it
  TextHeader header;        // CSV and ARFF, first chunk only

  bool operator==(const ChunkFacts&) const = default;
  std::string Encode() const;
  static absl::StatusOr<ChunkFacts> Decode(std::string_view bytes);
};

// The leaf of one chunk: a rope (row_rope.h) of one row.
absl::Status TextIndexLeaf(const ChunkFacts& facts, std::string* partial, BlobSink& blobs);

// Parameters: format (csv, arff, jsonl, text), name (of the file), artifact or shared, delimiter,
// fields (of jsonl).
//
// Finish yields the dataset, one TextChunk for each chunk in which a row starts.
//   InvalidArgument  a NUL byte, a quote that is never closed, no header, a row that is
//                    too long: with line
ReducerEntry TextIndexEntry();

}  // namespace mote
