#include "client/jobfile/scalars.h"

#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"

namespace mote::client {
namespace {

constexpr std::string_view kDigits = "0123456789";

std::string_view WithoutSign(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text;
}

bool All(std::string_view text, std::string_view of) {
  return !text.empty() && text.find_first_not_of(of) == std::string_view::npos;
}

// Base of an integer's digits; 0: not an integer. Takes the prefix off.
int TakeBase(std::string_view* digits) {
  if (digits->starts_with("0x")) {
    digits->remove_prefix(2);
    return All(*digits, "0123456789abcdefABCDEF") ? 16 : 0;
  }
  if (digits->starts_with("0o")) {
    digits->remove_prefix(2);
    return All(*digits, "01234567") ? 8 : 0;
  }
  return All(*digits, kDigits) ? 10 : 0;
}

}  // namespace

bool LooksLikeInteger(std::string_view text) {
  std::string_view digits = WithoutSign(text);
  return TakeBase(&digits) != 0;
}

std::optional<int64_t> IntegerOf(std::string_view text) {
  std::string_view digits = WithoutSign(text);
  const int base = TakeBase(&digits);
  if (base == 0) return std::nullopt;
  const std::string signed_digits = (text[0] == '-' ? "-" : "") + std::string(digits);
  int64_t value = 0;
  const char* end = signed_digits.data() + signed_digits.size();
  const auto [stop, error] = std::from_chars(signed_digits.data(), end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<double> NumberOf(std::string_view text) {
  const std::string_view digits = WithoutSign(text);
  // from_chars would also take "inf" and "nan".
  if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos ||
      digits.find_first_of(kDigits) == std::string_view::npos || digits[0] == 'e' || digits[0] == 'E') {
    return std::nullopt;
  }
  if (text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> FlagOf(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::optional<absl::Duration> DurationOf(std::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(std::string(text), &duration) || duration < absl::ZeroDuration() ||
      duration == absl::InfiniteDuration()) {
    return std::nullopt;
  }
  return duration;
}

std::optional<int64_t> BytesOf(std::string_view text) {
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {{"", 1},
                                                                    {"B", 1},
                                                                    {"kB", 1'000},
                                                                    {"KB", 1'000},
                                                                    {"MB", 1'000'000},
                                                                    {"GB", 1'000'000'000},
                                                                    {"TB", 1'000'000'000'000},
                                                                    {"KiB", int64_t{1} << 10},
                                                                    {"MiB", int64_t{1} << 20},
                                                                    {"GiB", int64_t{1} << 30},
                                                                    {"TiB", int64_t{1} << 40}};
  const size_t unit_at = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::optional<double> number = NumberOf(text.substr(0, unit_at));
  std::string_view unit = text.substr(unit_at);
  while (!unit.empty() && unit[0] == ' ') unit.remove_prefix(1);
  for (const auto& [name, factor] : kUnits) {
    if (!number || unit != name) continue;
    const double bytes = *number * static_cast<double>(factor);
    if (bytes > 9e18 || bytes != std::floor(bytes)) return std::nullopt;
    return static_cast<int64_t>(bytes);
  }
  return std::nullopt;
}

}  // namespace mote::client
