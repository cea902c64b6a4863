#include "client/text/yaml_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/jobfile/node.h"

namespace mote::client {
namespace {

// Text that YAML reads as that text without quotes.
bool IsPlain(const std::string& text) {
  if (text.empty() || !MakePlainScalar({}, text).IsText()) return false;
  if (!absl::ascii_isalnum(text[0]) && text[0] != '_' && text[0] != '/') return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(c) && std::string_view("_-./+() ").find(c) == std::string_view::npos) return false;
  }
  // YAML 1.1 readers take these for flags.
  const std::string lower = absl::AsciiStrToLower(text);
  return text.back() != ' ' && lower != "yes" && lower != "no" && lower != "on" && lower != "off" && lower != "y" &&
         lower != "n";
}

std::string ScalarText(const OrderedJson& json) {
  if (json.is_string() && IsPlain(json.get<std::string>())) return json.get<std::string>();
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

bool IsInline(const OrderedJson& json) { return !json.is_structured() || json.empty(); }

void Append(const OrderedJson& json, int indent, bool first_line_started, std::string* out) {
  const std::string pad(static_cast<size_t>(indent), ' ');
  bool started = first_line_started;
  for (auto it = json.begin(); it != json.end(); ++it) {
    if (!started) out->append(pad);
    started = false;
    if (json.is_object()) {
      absl::StrAppend(out, ScalarText(it.key()), ":");
      if (IsInline(*it)) {
        absl::StrAppend(out, " ", ScalarText(*it), "\n");
      } else {
        out->append("\n");
        Append(*it, indent + 2, false, out);
      }
    } else if (IsInline(*it)) {
      absl::StrAppend(out, "- ", ScalarText(*it), "\n");
    } else {
      out->append("- ");
      Append(*it, indent + 2, true, out);
    }
  }
}

}  // namespace

std::string YamlText(const OrderedJson& json) {
  std::string out;
  if (IsInline(json)) return ScalarText(json) + "\n";
  Append(json, 0, false, &out);
  return out;
}

}  // namespace mote::client
