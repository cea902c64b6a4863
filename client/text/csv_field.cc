#include "client/text/csv_field.h"

#include "common/csv.h"

namespace mote::client {

std::string CsvField(std::string_view text) {
  std::string field;
  AppendCsvCell(text, ',', &field);
  return field;
}

std::string CsvValue(const OrderedJson& value) {
  if (value.is_null()) return "";
  if (value.is_structured()) return CsvField(value.dump());
  return value.is_string() ? CsvField(value.get_ref<const std::string&>()) : value.dump();
}

}  // namespace mote::client
