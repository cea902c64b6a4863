#include "worker/engine/kernels/row_finder.h"

#include <cstring>

#include "common/status_macros.h"

namespace mote::engine {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;

// True when a byte of `word` may be `byte` (never false when one is).
bool MayHave(uint64_t word, uint64_t pattern) {
  const uint64_t x = word ^ pattern;
  return ((x - kOnes) & ~x & (kOnes * 0x80)) != 0;
}

class RowFinder {
 public:
  RowFinder(const TextPiece& piece, DatasetFormat format)
      : piece_(piece), quotes_(format == DatasetFormat::kCsv), empty_lines_(format == DatasetFormat::kText) {}

  absl::StatusOr<ChunkFacts> Run() {
    if (piece_.offset == 0) {
      MOTE_RETURN_IF_ERROR(StartRow(piece_.bytes.starts_with("\xef\xbb\xbf") ? 3 : 0));
    }
    const size_t size = piece_.bytes.size();
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
      if (!IsSpecial(at)) continue;
      for (size_t i = at; i < at + 8; ++i) MOTE_RETURN_IF_ERROR(Take(i));
    }
    for (; at < size; ++at) MOTE_RETURN_IF_ERROR(Take(at));
    facts_.odd_quotes = inside_;
    return facts_;
  }

 private:
  bool IsSpecial(size_t at) const {
    uint64_t word;
    std::memcpy(&word, piece_.bytes.data() + at, sizeof(word));
    return MayHave(word, kOnes * '\n') || MayHave(word, 0) || (quotes_ && MayHave(word, kOnes * '"'));
  }

  absl::Status Take(size_t at) {
    const char c = piece_.bytes[at];
    if (c == '"') {
      inside_ ^= quotes_;
    } else if (c == '\n') {
      ++facts_.newlines;
      return StartRow(at + 1);
    } else if (c == '\0' && facts_.nul_offset < 0) {
      facts_.nul_offset = piece_.offset + static_cast<int64_t>(at);
      facts_.nul_line = facts_.newlines;
    }
    return absl::OkStatus();
  }

  // A row may start at `at` of the piece, or right behind it.
  absl::Status StartRow(size_t at) {
    const int64_t offset = piece_.offset + static_cast<int64_t>(at);
    if (offset >= piece_.file_bytes) return absl::OkStatus();
    if (!empty_lines_) {
      MOTE_ASSIGN_OR_RETURN(const bool empty, IsEmptyLine(at));
      if (empty) return absl::OkStatus();
    }
    // Even quotes since the chunk's start: outside in the first case, else the second.
    ChunkRows& rows = facts_.cases[inside_];
    if (rows.rows++ == 0) {
      rows.first_offset = offset;
      rows.first_line = facts_.newlines;
    }
    rows.last_line = facts_.newlines;
    return absl::OkStatus();
  }

  absl::StatusOr<bool> IsEmptyLine(size_t at) {
    std::string_view rest = piece_.bytes.substr(at, 2);
    std::string joined;
    if (rest.empty() || rest == "\r") {
      MOTE_ASSIGN_OR_RETURN(joined, piece_.following());
      joined.insert(0, rest);
      rest = joined;
    }
    return rest.starts_with('\n') || rest.starts_with("\r\n");
  }

  const TextPiece& piece_;
  const bool quotes_;
  const bool empty_lines_;
  bool inside_ = false;  // an odd number of quotes since the chunk's start
  ChunkFacts facts_;
};

}  // namespace

absl::StatusOr<ChunkFacts> FindRows(const TextPiece& piece, DatasetFormat format) {
  return RowFinder(piece, format).Run();
}

}  // namespace mote::engine
