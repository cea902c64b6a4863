#include "client/text/printable.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace mote::client {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string Escaped(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    // U+0080 to U+009F are control characters too: C2 80 to C2 9F.
    const bool is_c1 = byte == 0xC2 && i + 1 < line.size() && static_cast<unsigned char>(line[i + 1]) < 0xA0;
    if (is_c1) {
      absl::StrAppendFormat(&out, "\\x%02X", static_cast<unsigned char>(line[++i]));
    } else if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
      absl::StrAppendFormat(&out, "\\x%02X", byte);
    } else {
      out += line[i];
    }
  }
  return out;
}

// Cut between characters.
std::string Shortened(const std::string& line, size_t bytes_max) {
  if (line.size() <= bytes_max) return line;
  size_t head = bytes_max * 3 / 4;
  size_t tail = line.size() - bytes_max / 4;
  while (head > 0 && IsContinuation(line[head])) --head;
  while (tail < line.size() && IsContinuation(line[tail])) ++tail;
  return absl::StrCat(line.substr(0, head), " … ", tail - head, " bytes … ", line.substr(tail));
}

}  // namespace

std::string Printable(std::string_view text, size_t line_bytes_max) {
  std::string out;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    absl::StrAppend(&out, Shortened(Escaped(text.substr(0, end)), line_bytes_max));
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace mote::client
