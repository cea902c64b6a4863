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

const ArffToken& ArffLine::Next() {
  if (token_.kind == TokenKind::kWrong) return token_;
  while (at_ < line_.size() && IsArffBlank(line_[at_])) ++at_;
  if (at_ == line_.size() || line_[at_] == '%') {
    token_ = {};
  } else if (IsQuote(line_[at_])) {
    Quoted();
  } else if (line_[at_] == ',') {
    Sign(TokenKind::kComma);
  } else if (line_[at_] == '{') {
    Sign(TokenKind::kOpen);
  } else if (line_[at_] == '}') {
    Sign(TokenKind::kClose);
  } else {
    Word();
  }
  return token_;
}

void ArffLine::Sign(TokenKind kind) {
  token_ = {kind, false, line_.substr(at_, 1)};
  ++at_;
}

void ArffLine::Word() {
  const size_t begin = at_;
  while (at_ < line_.size() && !EndsWord(line_[at_])) ++at_;
  if (at_ < line_.size() && (line_[at_] == '%' || IsQuote(line_[at_]))) {
    return Wrong("a quote or % inside a value without quotes; put the whole value in quotes");
  }
  token_ = {TokenKind::kValue, false, line_.substr(begin, at_ - begin)};
}

void ArffLine::Quoted() {
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
  token_ = {TokenKind::kValue, true, line_.substr(begin, end - begin)};
  if (escaped) Unescape(token_.text);
}

void ArffLine::Unescape(std::string_view raw) {
  const size_t begin = unescaped_->size();
  for (size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '\\' && (c = EscapedChar(raw[++i])) == '\0') {
      return Wrong("an escape that is none of \\n, \\r, \\t, \\\\, \\', \\\" and \\%; write \\\\ for a backslash");
    }
    unescaped_->push_back(c);
  }
  token_.text = std::string_view(*unescaped_).substr(begin);
}

void ArffLine::Wrong(std::string_view message) { token_ = {TokenKind::kWrong, false, message}; }

}  // namespace mote
