// A cell of a text table, read as a number.
#pragma once

#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

#include "common/short_text.h"

namespace mote {

// Without spaces and tabs at both ends.
inline std::string_view Trim(std::string_view cell) {
  while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
  while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t')) cell.remove_suffix(1);
  return cell;
}

inline constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

// What one to eight bytes stand for, digits with at most one point among them; kNoNumber:
// something else. All bytes are looked at together: where a number ends is hard to foresee
// for a processor that goes from digit to digit.
inline double ShortNumber(const char* at, size_t size) {
  static constexpr double kPowers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kPoint = '.' ^ '0';
  // Digits as numbers, the last one in the highest byte, zeros before the first.
  uint64_t digits = (LoadUpTo8(at, size) ^ (kOnes * '0' >> (64 - 8 * size))) << (64 - 8 * size);
  const uint64_t others = ((digits + kOnes * 0x76) | digits) & kOnes * 0x80;  // 0x80 in bytes above 9
  int decimals = 0;
  if (others != 0) {
    const uint64_t point = (others & -others) >> 7;  // 1 in the first of them
    if (others >> 7 != point || (digits & point * 0xFF) != point * kPoint || size == 1) return kNoNumber;
    decimals = 7 - std::countr_zero(point) / 8;
    const uint64_t before = point - 1;
    digits = (digits & ~(before | point * 0xFF)) | (digits & before) << 8;
  }
  // Neighbours become numbers of two digits, of four, of eight (Lemire, Number parsing at a
  // gigabyte per second, 2021).
  digits = digits * 10 + (digits >> 8);
  digits =
      ((digits & 0x000000FF000000FF) * 0x000F424000000064 + (digits >> 16 & 0x000000FF000000FF) * 0x0000271000000001) >>
      32;
  return static_cast<double>(digits) / kPowers[decimals];
}

// The value of a cell of at most 15 digits, with or without sign and point, and nothing
// else: most numbers; kNoNumber: another one. Digits and power of ten are exact doubles, so
// their quotient is the one nearest to the decimal number, as std::from_chars finds it
// (Clinger, How to read floating point numbers accurately, 1990).
inline double PlainNumber(std::string_view cell) {
  static constexpr double kPowers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char* at = cell.data();
  const char* const end = at + cell.size();
  const bool negative = at != end && *at == '-';
  at += negative;
  const size_t size = static_cast<size_t>(end - at);
  if (size - 1 < 8) return negative ? 0.0 - ShortNumber(at, size) : ShortNumber(at, size);
  if (size == 0 || size > 16) return kNoNumber;
  uint64_t digits = 0;
  const char* point = nullptr;
  for (; at != end; ++at) {
    const unsigned digit = static_cast<unsigned>(*at - '0');
    if (digit < 10) {
      digits = digits * 10 + digit;
    } else if (*at == '.' && point == nullptr) {
      point = at;
    } else {
      return kNoNumber;
    }
  }
  if (size == 16 && point == nullptr) return kNoNumber;
  double value = static_cast<double>(digits);
  if (point != nullptr) value /= kPowers[end - point - 1];
  return negative ? 0.0 - value : value;
}

// The same of any number: std::from_chars.
inline double LongNumber(std::string_view cell) {
  if (cell.size() > 1 && cell[0] == '+' && cell[1] != '-') cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) return kNoNumber;
  return value + 0.0;
}

// The value of a trimmed cell that is a finite decimal number from end to end, else
// kNoNumber; −0 becomes 0. The same in every locale.
inline double NumberOf(std::string_view cell) {
  const double plain = PlainNumber(cell);
  return std::isnan(plain) ? LongNumber(cell) : plain;
}

inline std::optional<double> ParseNumber(std::string_view cell) {
  const double number = NumberOf(cell);
  return std::isnan(number) ? std::nullopt : std::optional(number);
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
