// CSV as ARFF: the same table as Weka would have it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/csv.h"
#include "common/prepare/cell.h"

namespace mote::testing {

// A value in quotes.
inline std::string ArffQuoted(std::string_view value, char quote = '\'') {
  std::string text(1, quote);
  for (const char c : value) {
    if (c == '\n' || c == '\r') {
      text += c == '\n' ? "\\n" : "\\r";
      continue;
    }
    if (c == '\\' || c == quote) text += '\\';
    text += c;
  }
  return text + quote;
}

// The value, in quotes where it needs them.
inline std::string ArffValue(std::string_view value) {
  const bool is_word = !value.empty() && value != "?" && value.find_first_of(" \t\n\r,{}'\"%\\") == value.npos;
  return is_word ? std::string(value) : ArffQuoted(value);
}

// Columns of numbers alone are numeric, others nominal with all their values.
inline std::string ArffOfCsv(const std::string& csv) {
  CsvScanner scanner(csv, ',');
  std::vector<std::vector<std::string>> rows;  // the names first
  std::vector<std::string_view> cells;
  for (absl::StatusOr<bool> more = scanner.Next(&cells); *more; more = scanner.Next(&cells)) {
    rows.emplace_back(cells.begin(), cells.end());
  }
  std::string text = "% made from CSV\n@RELATION 'a table'\n\n";
  for (size_t c = 0; c < rows.at(0).size(); ++c) {
    std::vector<std::string> values;
    bool numeric = true;
    for (size_t r = 1; r < rows.size(); ++r) {
      const std::string& value = rows[r][c];
      numeric &= ParseNumber(value).has_value();
      if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
    absl::StrAppend(&text, "@attribute ", ArffValue(rows[0][c]), numeric ? " numeric" : " {");
    for (size_t i = 0; !numeric && i < values.size(); ++i)
      absl::StrAppend(&text, i == 0 ? "" : ", ", ArffValue(values[i]));
    text += numeric ? "\n" : "}\n";
  }
  text += "@data\n";
  for (size_t r = 1; r < rows.size(); ++r) {
    for (size_t c = 0; c < rows[r].size(); ++c) absl::StrAppend(&text, c == 0 ? "" : ",", ArffValue(rows[r][c]));
    text += '\n';
  }
  return text;
}

}  // namespace mote::testing
