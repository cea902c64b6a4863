// C++ source as the rules see it: comments and literals blanked, lines kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mote::tidy {

// `text` with every comment, string and character literal replaced by spaces, so
// that what is left is code at its own line and column. Raw strings included.
std::string BlankCommentsAndLiterals(std::string_view text);

struct Include {
  int line = 0;      // from 1
  std::string path;  // without quotes or brackets
  bool angled = false;
};

// The #include lines, also those inside #if.
std::vector<Include> IncludesOf(std::string_view text);

// Code points, so that "Σ" is one column. Bytes that are not UTF-8 count each.
int Columns(std::string_view line);

}  // namespace mote::tidy
