// Columns of text, aligned.
#pragma once

#include <string>
#include <vector>

namespace mote::client {

// Columns are as wide as their widest cell; two spaces between. Not thread-safe.
class TextTable {
 public:
  enum class Align { kLeft, kRight };

  struct Heading {
    std::string text;
    Align align = Align::kLeft;
  };

  explicit TextTable(std::vector<Heading> headings) : headings_(std::move(headings)) {}

  // As many cells as headings; missing ones are empty.
  void Add(std::vector<std::string> cells);
  // Every line ends with a newline; no trailing spaces.
  std::string ToString() const;

 private:
  std::vector<Heading> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// Columns that `text` takes on a terminal: UTF-8 code points, all of width 1.
size_t DisplayWidth(std::string_view text);

// For lists of headings.
inline constexpr TextTable::Align kRight = TextTable::Align::kRight;

}  // namespace mote::client
