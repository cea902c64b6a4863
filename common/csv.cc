#include "common/csv.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/check.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace mote {
namespace {

constexpr size_t kBlock = 64;

// Bit i: block[i] is a quote, the delimiter, a line end or NUL.
#ifdef __SSE2__
uint64_t FindSpecials(const char* block, char delimiter) {
  const auto find = [delimiter](const char* at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto equals = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i ends = _mm_or_si128(equals('\n'), equals('\r'));
    const __m128i others = _mm_or_si128(_mm_or_si128(equals('"'), equals('\0')), equals(delimiter));
    return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(ends, others))));
  };
  return find(block) | find(block + 16) << 16 | find(block + 32) << 32 | find(block + 48) << 48;
}
#else
uint64_t FindSpecials(const char* block, char delimiter) {
  uint64_t specials = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    const char c = block[i];
    const bool special = c == delimiter || c == '"' || c == '\n' || c == '\r' || c == '\0';
    specials |= static_cast<uint64_t>(special) << i;
  }
  return specials;
}
#endif

}  // namespace

CsvScanner::CsvScanner(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {
  MOTE_CHECK(delimiter != '"' && delimiter != '\n' && delimiter != '\r' && delimiter != '\0',
             "the delimiter is a quote, a line end or NUL");
  specials_ = SpecialsAt(0);
}

uint64_t CsvScanner::SpecialsAt(size_t at) const {
  const size_t left = text_.size() - at;
  if (left >= kBlock) return FindSpecials(text_.data() + at, delimiter_);
  char tail[kBlock] = {};
  if (left > 0) std::memcpy(tail, text_.data() + at, left);
  return FindSpecials(tail, delimiter_) & ((uint64_t{1} << left) - 1);
}

size_t CsvScanner::NextSpecial() {
  while (specials_ == 0) {
    if (text_.size() - block_ <= kBlock) return text_.size();
    block_ += kBlock;
    specials_ = SpecialsAt(block_);
  }
  const size_t at = block_ + static_cast<size_t>(std::countr_zero(specials_));
  specials_ &= specials_ - 1;
  return at;
}

bool CsvScanner::EndsRow(size_t at, size_t* newline) {
  if (at == text_.size() || text_[at] == '\n') {
    *newline = at;
    return true;
  }
  if (text_[at] != '\r' || !IsAt(at + 1, '\n')) return false;
  *newline = NextSpecial();
  return true;
}

void CsvScanner::EndRow(size_t newline) {
  const bool at_newline = newline < text_.size();
  if (at_newline) ++lines_;
  row_ = at_newline ? newline + 1 : text_.size();
}

absl::StatusOr<bool> CsvScanner::Next(std::vector<std::string_view>* cells) {
  while (row_ < text_.size()) {
    cells->clear();
    escaped_.clear();
    switch (ScanLine(cells)) {
      case Scan::kRow:
        if (!escaped_.empty()) Unescape(cells);
        return true;
      case Scan::kEmptyLine:
        break;
      case Scan::kError:
        cells->clear();
        return absl::InvalidArgumentError(absl::StrCat(error_.message, " at byte ", error_.offset));
    }
  }
  cells->clear();
  return false;
}

// Cells from `start` on while each ends in a delimiter and has no quotes; returns where the
// next one starts, whose special byte is not consumed. Most cells are such: what this loop
// works with stays in registers.
size_t CsvScanner::ScanPlain(size_t start, std::vector<std::string_view>* cells) {
  const char* const text = text_.data();
  const char delimiter = delimiter_;
  size_t block = block_;
  uint64_t specials = specials_;
  for (;;) {
    while (specials != 0) {
      const size_t at = block + static_cast<size_t>(std::countr_zero(specials));
      if (text[at] != delimiter) break;
      cells->emplace_back(text + start, at - start);
      specials &= specials - 1;
      start = at + 1;
    }
    if (specials != 0 || text_.size() - block <= kBlock) break;
    block += kBlock;
    specials = SpecialsAt(block);
  }
  block_ = block;
  specials_ = specials;
  return start;
}

CsvScanner::Scan CsvScanner::ScanLine(std::vector<std::string_view>* cells) {
  size_t start = row_;
  for (;;) {
    start = ScanPlain(start, cells);
    size_t at = NextSpecial();
    if (IsAt(at, '"')) {
      if (at != start) return Fail(at, "quote inside an unquoted field (quote the whole field, double the quote)", at);
      const std::optional<size_t> after = ScanQuoted(at, cells);
      if (!after.has_value()) return Scan::kError;
      at = *after;
      if (IsAt(at, delimiter_)) {
        start = at + 1;
        continue;
      }
      EndRow(at);
      return Scan::kRow;
    }
    if (IsAt(at, '\0')) return Fail(at, "NUL byte (is this a text file?)", at);
    size_t newline = 0;
    if (!EndsRow(at, &newline)) continue;  // a carriage return that is part of the cell
    const bool empty = cells->empty() && at == row_;
    if (!empty) cells->push_back(text_.substr(start, at - start));
    EndRow(newline);
    return empty ? Scan::kEmptyLine : Scan::kRow;
  }
}

std::optional<size_t> CsvScanner::ScanQuoted(size_t open, std::vector<std::string_view>* cells) {
  bool escaped = false;
  size_t at = NextSpecial();
  for (;; at = NextSpecial()) {
    if (at == text_.size()) {
      Fail(open, "unterminated quote", at);
      return std::nullopt;
    }
    if (text_[at] == '\n') ++lines_;
    if (text_[at] == '\0') {
      Fail(at, "NUL byte (is this a text file?)", at);
      return std::nullopt;
    }
    if (text_[at] != '"') continue;
    if (!IsAt(at + 1, '"')) break;
    escaped = true;
    NextSpecial();
  }
  if (escaped) escaped_.push_back(cells->size());
  cells->push_back(text_.substr(open + 1, at - open - 1));
  const size_t after = NextSpecial();
  size_t newline = after;
  const bool adjoins = after == at + 1;
  if (adjoins && (IsAt(after, delimiter_) || EndsRow(after, &newline))) return newline;
  Fail(at + 1, "text after a closing quote (double a quote inside a field)", after);
  return std::nullopt;
}

void CsvScanner::Unescape(std::vector<std::string_view>* cells) {
  size_t bytes = 0;
  for (const size_t cell : escaped_) bytes += (*cells)[cell].size();
  unescaped_.resize(bytes);  // once, before there are views into it
  char* out = unescaped_.data();
  for (const size_t cell : escaped_) {
    std::string_view rest = (*cells)[cell];
    char* const begin = out;
    while (!rest.empty()) {
      const size_t quote = std::min(rest.find('"'), rest.size() - 1);
      std::memcpy(out, rest.data(), quote + 1);
      out += quote + 1;
      rest.remove_prefix(std::min(rest.size(), quote + (rest[quote] == '"' ? 2 : 1)));
    }
    (*cells)[cell] = std::string_view(begin, static_cast<size_t>(out - begin));
  }
}

CsvScanner::Scan CsvScanner::Fail(size_t at, const char* what, size_t special) {
  error_ = {static_cast<int64_t>(at), what};
  while (special < text_.size() && text_[special] != '\n') special = NextSpecial();
  EndRow(special);
  return Scan::kError;
}

void AppendCsvCell(std::string_view cell, char delimiter, std::string* row) {
  if (cell.find_first_of("\"\r\n") == std::string_view::npos && cell.find(delimiter) == std::string_view::npos) {
    row->append(cell);
    return;
  }
  row->push_back('"');
  for (const char c : cell) row->append(c == '"' ? 2 : 1, c);
  row->push_back('"');
}

std::string CsvRow(const std::vector<std::string_view>& cells, char delimiter) {
  std::string row;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row.push_back(delimiter);
    AppendCsvCell(cells[i], delimiter, &row);
  }
  return row;
}

}  // namespace mote
