// Rows that were left out, as a table: row:i64, line:i64, reason:text, record:text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/table.h"

namespace mote::engine {

Schema QuarantineSchema();

// `row`: its index in the input; `line`: where it starts in its file, from 1.
void AddQuarantined(int64_t row, int64_t line, std::string_view reason, std::string_view record, TableBuilder* table);

// Cells as a line of CSV, without its end.
std::string RecordOf(const std::vector<std::string_view>& cells, char delimiter);

}  // namespace mote::engine
