#include "client/text/csv_field.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace mote::client {

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  return absl::StrCat("\"", absl::StrReplaceAll(std::string(text), {{"\"", "\"\""}}), "\"");
}

std::string CsvValue(const OrderedJson& value) {
  if (value.is_null()) return "";
  if (value.is_structured()) return CsvField(value.dump());
  return value.is_string() ? CsvField(value.get_ref<const std::string&>()) : value.dump();
}

}  // namespace mote::client
