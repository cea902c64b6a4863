#include "common/arff_line.h"

#include <array>

#include "absl/strings/ascii.h"

namespace mote {
namespace {

using TokenKind = ArffToken::Kind;

// Bytes at which a word ends.
constexpr std::array<bool, 256> EndsOfWords() {
  std::array<bool, 256> ends{};
  for (const char c : std::string_view(" \t\v\f\r,{}'\"%")) ends[static_cast<unsigned char>(c)] = true;
  return ends;
}
constexpr std::array<bool, 256> kEndsWord = EndsOfWords();

bool EndsWord(char c) { return kEndsWord[static_cast<unsigned char>(c)]; }
bool IsQuote(char c) { return c == '\'' || c == '"'; }

// '\0': no such escape.
char EscapedChar(char c) {
  if (c == 'n') return '\n';
  if (c == 'r') return '\r';
  if (c == 't') return '\t';
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ? '\0' : c;
}

}  // namespace

ArffLine::ArffLine(std::string_view line, std::string* unescaped) : line_(line), unescaped_(unescaped) {
  unescaped_->clear();
  unescaped_->reserve(line.size());  // all values together are not longer: views into it stay
}

ArffToken ArffLine::Next() {
  if (!wrong_.empty()) return {TokenKind::kWrong, false, wrong_};
  while (at_ < line_.size() && IsArffBlank(line_[at_])) ++at_;
  if (at_ == line_.size() || line_[at_] == '%') return {};
  switch (line_[at_]) {
    case ',':
      ++at_;
      return {TokenKind::kComma};
    case '{':
      ++at_;
      return {TokenKind::kOpen};
    case '}':
      ++at_;
      return {TokenKind::kClose};
    case '\'':
    case '"':
      return Quoted();
    default:
      return Word();
  }
}

ArffToken ArffLine::Word() {
  const size_t begin = at_;
  while (at_ < line_.size() && !EndsWord(line_[at_])) ++at_;
  if (at_ < line_.size() && (line_[at_] == '%' || IsQuote(line_[at_]))) {
    return Wrong("a quote or % inside a value without quotes; put the whole value in quotes");
  }
  return {TokenKind::kValue, false, line_.substr(begin, at_ - begin)};
}

ArffToken ArffLine::Quoted() {
  const char quote = line_[at_];
  const size_t begin = at_ + 1;
  size_t end = begin;
  bool escaped = false;
  while (end < line_.size() && line_[end] != quote) {
    const bool escape = line_[end] == '\\';
    escaped |= escape;
    end += escape ? 2 : 1;
  }
  if (end >= line_.size()) {
    return Wrong("a quote is not closed on its line; close it, and write \\n for a newline in a value");
  }
  at_ = end + 1;
  if (at_ < line_.size() && (!EndsWord(line_[at_]) || IsQuote(line_[at_]))) {
    return Wrong("text after a closing quote; write \\' or \\\" for a quote inside a value");
  }
  const std::string_view raw = line_.substr(begin, end - begin);
  return escaped ? Unescape(raw) : ArffToken{TokenKind::kValue, true, raw};
}

ArffToken ArffLine::Unescape(std::string_view raw) {
  const size_t begin = unescaped_->size();
  for (size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '\\' && (c = EscapedChar(raw[++i])) == '\0') {
      return Wrong("an escape that is none of \\n, \\r, \\t, \\\\, \\', \\\" and \\%; write \\\\ for a backslash");
    }
    unescaped_->push_back(c);
  }
  return {TokenKind::kValue, true, std::string_view(*unescaped_).substr(begin)};
}

ArffToken ArffLine::Wrong(std::string_view message) {
  wrong_ = message;
  return {TokenKind::kWrong, false, wrong_};
}

}  // namespace mote
