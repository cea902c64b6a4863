#include "worker/engine/kernels/quarantine.h"

namespace mote::engine {

Schema QuarantineSchema() {
  return {
      {{"row", DType::kI64, 1}, {"line", DType::kI64, 1}, {"reason", DType::kText, 1}, {"record", DType::kText, 1}}};
}

void AddQuarantined(int64_t row, int64_t line, std::string_view reason, std::string_view record, TableBuilder* table) {
  table->AddI64(row);
  table->AddI64(line);
  table->AddText(reason);
  table->AddText(record);
}

std::string RecordOf(const std::vector<std::string_view>& cells, char delimiter) {
  std::string record;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) record.push_back(delimiter);
    const std::string_view cell = cells[i];
    if (cell.find_first_of("\"\r\n") == std::string_view::npos && cell.find(delimiter) == std::string_view::npos) {
      record.append(cell);
      continue;
    }
    record.push_back('"');
    for (const char c : cell) record.append(c == '"' ? 2 : 1, c);
    record.push_back('"');
  }
  return record;
}

}  // namespace mote::engine
