#include "tests/tidy/source_text.h"

#include <cctype>

#include "absl/strings/str_split.h"

namespace mote::tidy {
namespace {

// Walks over the text once; `out` starts as its copy.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text), out_(text) {}

  std::string Run() {
    while (at_ < text_.size()) Step();
    return std::move(out_);
  }

 private:
  bool Starts(std::string_view what) const { return text_.substr(at_, what.size()) == what; }

  void Step() {
    if (Starts("//")) return BlankTo(text_.find('\n', at_));
    if (Starts("/*")) return BlankPast(text_.find("*/", at_ + 2), 2);
    if (Starts("R\"") && !AfterWord()) return BlankRaw();
    if (text_[at_] == '"') return BlankLiteral('"');
    // 1'000'000 is a number, not three literals.
    if (text_[at_] == '\'' && !AfterWord()) return BlankLiteral('\'');
    ++at_;
  }

  bool AfterWord() const {
    if (at_ == 0) return false;
    const unsigned char before = text_[at_ - 1];
    return std::isalnum(before) || before == '_';
  }

  void BlankTo(size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) {
      if (out_[at_] != '\n') out_[at_] = ' ';
    }
  }

  void BlankPast(size_t found, size_t width) {
    BlankTo(found == std::string_view::npos ? text_.size() : found + width);
  }

  void BlankRaw() {
    const size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return BlankTo(text_.size());
    const std::string close = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    BlankPast(text_.find(close, open), close.size());
  }

  void BlankLiteral(char quote) {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    BlankTo(end + 1);
  }

  std::string_view text_;
  std::string out_;
  size_t at_ = 0;
};

}  // namespace

std::string BlankCommentsAndLiterals(std::string_view text) { return Blanker(text).Run(); }

std::vector<Include> IncludesOf(std::string_view text) {
  std::vector<Include> includes;
  int number = 0;
  const std::string all(text);
  const std::vector<std::string> lines = absl::StrSplit(all, '\n');
  for (const std::string& line : lines) {
    ++number;
    size_t at = line.find_first_not_of(" \t");
    if (at == std::string::npos || line[at] != '#') continue;
    at = line.find_first_not_of(" \t", at + 1);
    if (at == std::string::npos || line.compare(at, 7, "include") != 0) continue;
    at = line.find_first_of("<\"", at);
    if (at == std::string::npos) continue;
    const bool angled = line[at] == '<';
    const size_t end = line.find(angled ? '>' : '"', at + 1);
    if (end != std::string::npos) includes.push_back({number, line.substr(at + 1, end - at - 1), angled});
  }
  return includes;
}

int Columns(std::string_view line) {
  int columns = 0;
  for (const unsigned char byte : line) columns += (byte & 0xC0) != 0x80;
  return columns;
}

}  // namespace mote::tidy
