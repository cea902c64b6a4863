// A cell of a text table, read as a number.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace mote {

// Without spaces and tabs at both ends.
inline std::string_view Trim(std::string_view cell) {
  while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
  while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t')) cell.remove_suffix(1);
  return cell;
}

// The value of a cell of at most 15 digits, with or without sign and point, and nothing
// else: most numbers. Digits and power of ten are exact doubles, so their quotient is the
// one nearest to the decimal number, as std::from_chars finds it (Clinger, How to read
// floating point numbers accurately, 1990).
inline std::optional<double> ParsePlainNumber(std::string_view cell) {
  static constexpr double kPowers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char* at = cell.data();
  const char* const end = at + cell.size();
  const bool negative = at != end && *at == '-';
  at += negative;
  if (end - at > 16) return std::nullopt;
  uint64_t digits = 0;
  const char* point = nullptr;
  int count = 0;
  for (; at != end; ++at) {
    const unsigned digit = static_cast<unsigned>(*at - '0');
    if (digit < 10) {
      digits = digits * 10 + digit;
      ++count;
    } else if (*at == '.' && point == nullptr) {
      point = at;
    } else {
      return std::nullopt;
    }
  }
  if (count == 0 || count > 15) return std::nullopt;
  double value = static_cast<double>(digits);
  if (point != nullptr) value /= kPowers[end - point - 1];
  return (negative ? -value : value) + 0.0;
}

// The value of a trimmed cell that is a finite decimal number from end to end;
// −0 becomes 0. The same in every locale.
inline std::optional<double> ParseNumber(std::string_view cell) {
  if (const std::optional<double> plain = ParsePlainNumber(cell)) return plain;
  if (cell.size() > 1 && cell[0] == '+' && cell[1] != '-') cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) return std::nullopt;
  return value + 0.0;
}

// A trimmed cell that is spelled as a number but is no finite one: inf, -nan, 1e999.
inline bool IsNonFinite(std::string_view cell) {
  if (cell.size() > 1 && cell[0] == '+' && cell[1] != '-') cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (end != cell.data() + cell.size() || cell.empty()) return false;
  return error == std::errc::result_out_of_range || (error == std::errc() && !std::isfinite(value));
}

}  // namespace mote
