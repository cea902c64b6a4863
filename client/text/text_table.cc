#include "client/text/text_table.h"

#include <algorithm>
#include <string_view>

namespace mote::client {

size_t DisplayWidth(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void TextTable::Add(std::vector<std::string> cells) {
  cells.resize(headings_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::ToString() const {
  std::vector<size_t> widths;
  for (size_t column = 0; column < headings_.size(); ++column) {
    size_t width = DisplayWidth(headings_[column].text);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[column]));
    widths.push_back(width);
  }
  std::string out;
  const auto append = [&](const auto& cell_of) {
    std::string line;
    for (size_t column = 0; column < headings_.size(); ++column) {
      const std::string& cell = cell_of(column);
      const std::string pad(widths[column] - DisplayWidth(cell), ' ');
      if (column > 0) line += "  ";
      line += headings_[column].align == Align::kRight ? pad + cell : cell + pad;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  append([&](size_t column) -> const std::string& { return headings_[column].text; });
  for (const auto& row : rows_) append([&](size_t column) -> const std::string& { return row[column]; });
  return out;
}

}  // namespace mote::client
