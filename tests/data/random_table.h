// Random tables as CSV text, with everything that a CSV file may hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/table.h"

namespace mote::testing {

struct RandomTable {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;  // as a reader should see them
  std::string text;                            // CSV: quotes, newlines in cells, empty lines
};

// Columns: amount (numbers with many digits, some missing), age (few whole numbers),
// purpose (texts with quotes, commas and newlines), flag (two texts), constant,
// class (good or bad, sometimes missing). A function of the seed.
RandomTable MakeRandomTable(int64_t rows, uint64_t seed);

// The rows of a table of texts, cell by cell: RandomTable::rows, where a reader is right.
std::vector<std::vector<std::string>> TextCells(const Table& table);

}  // namespace mote::testing
