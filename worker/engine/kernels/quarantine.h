// Rows that were left out, as a table: row:i64, line:i64, reason:text, record:text.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/table.h"

namespace mote::engine {

Schema QuarantineSchema();

// `row`: its index in the input; `line`: where it starts in its file, from 1.
void AddQuarantined(int64_t row, int64_t line, std::string_view reason, std::string_view record, TableBuilder* table);

}  // namespace mote::engine
