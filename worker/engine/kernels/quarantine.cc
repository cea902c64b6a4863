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

}  // namespace mote::engine
