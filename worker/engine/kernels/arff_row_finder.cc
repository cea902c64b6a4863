#include <algorithm>
#include <optional>

#include "common/arff_line.h"
#include "worker/engine/kernels/row_finder.h"

namespace mote::engine {
namespace {

class ArffRowFinder {
 public:
  ArffRowFinder(std::string_view bytes, int64_t offset, int64_t header_bytes)
      : bytes_(bytes), offset_(offset), header_bytes_(header_bytes) {}

  ChunkFacts Run() {
    FindNul();
    const int64_t in_header = std::clamp(header_bytes_ - offset_, int64_t{0}, static_cast<int64_t>(bytes_.size()));
    const std::string_view header = bytes_.substr(0, static_cast<size_t>(in_header));
    facts_.newlines = std::count(header.begin(), header.end(), '\n');
    // A chunk that does not lie behind the header begins, as far as rows go, where a line does.
    const bool starts_line = offset_ <= header_bytes_;
    if (starts_line) at_line_start_ = true;
    StartLine(header.size(), starts_line);
    for (size_t at = header.size(); (at = bytes_.find('\n', at)) != std::string_view::npos;) {
      ++facts_.newlines;
      at_line_start_ = true;
      StartLine(++at, true);
    }
    facts_.settles = at_line_start_.has_value();
    facts_.odd_quotes = at_line_start_.value_or(false);
    return facts_;
  }

 private:
  void FindNul() {
    const size_t nul = bytes_.find('\0');
    if (nul == std::string_view::npos) return;
    facts_.nul_offset = offset_ + static_cast<int64_t>(nul);
    facts_.nul_line = std::count(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(nul), '\n');
  }

  // A line begins at `at`, or, unless that is known, its part in this chunk.
  void StartLine(size_t at, bool known) {
    const auto first = std::find_if_not(bytes_.begin() + static_cast<ptrdiff_t>(at), bytes_.end(), IsArffBlank);
    if (first == bytes_.end() || *first == '\n') return;
    at_line_start_ = false;
    if (*first == '%') return;
    const int64_t offset = offset_ + (first - bytes_.begin());
    if (known) AddRow(offset, &facts_.cases[0]);
    AddRow(offset, &facts_.cases[1]);
  }

  void AddRow(int64_t offset, ChunkRows* rows) const {
    if (rows->rows++ == 0) {
      rows->first_offset = offset;
      rows->first_line = facts_.newlines;
    }
    rows->last_line = facts_.newlines;
  }

  const std::string_view bytes_;
  const int64_t offset_;
  const int64_t header_bytes_;
  // Only blanks since the last line's beginning; nullopt: as when the chunk began.
  std::optional<bool> at_line_start_;
  ChunkFacts facts_;
};

}  // namespace

ChunkFacts FindArffRows(std::string_view bytes, int64_t offset, int64_t header_bytes) {
  return ArffRowFinder(bytes, offset, header_bytes).Run();
}

}  // namespace mote::engine
