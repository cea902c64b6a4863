#include "common/price.h"

#include <cmath>

#include "absl/strings/str_format.h"
#include "common/saturating.h"

namespace mote {

Usage operator+(const Usage& a, const Usage& b) {
  return {a.device_time + b.device_time, SaturatingAdd(a.network_bytes, b.network_bytes)};
}

Usage operator-(const Usage& a, const Usage& b) {
  return {a.device_time - b.device_time, SaturatingAdd(a.network_bytes, -b.network_bytes)};
}

double BillOf(const Price& price, const Usage& usage) {
  constexpr double kNanosecondsPerSecond = 1e9, kBytesPerGib = 1 << 30;
  const auto nanoseconds = static_cast<double>(absl::ToInt64Nanoseconds(usage.device_time));
  const auto bytes = static_cast<double>(usage.network_bytes);
  return price.device_second * (nanoseconds / kNanosecondsPerSecond) + price.gib_moved * (bytes / kBytesPerGib);
}

std::string MoneyText(double amount) {
  if (amount == 0) return "0";
  return std::abs(amount) < 0.995 ? absl::StrFormat("%.3g", amount) : absl::StrFormat("%.2f", amount);
}

}  // namespace mote
