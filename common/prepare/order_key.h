// Numbers and times of a column by whose values rows are put in order:
// `split: {order: column}`.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace mote {

// A row's place in the order: by value, rows of one value as they lie.
struct OrderKey {
  double value = 0;  // finite
  int64_t row = 0;
  auto operator<=>(const OrderKey&) const = default;

  // Before and behind the keys of all rows.
  static constexpr OrderKey First() { return {std::numeric_limits<double>::lowest(), -1}; }
  static constexpr OrderKey Last() { return {std::numeric_limits<double>::max(), std::numeric_limits<int64_t>::max()}; }
};

// Microseconds since 1970 of a date or time as ISO 8601 writes it: 2021-03,
// 2021-03-04, 2021-03-04T10:15, 2021-03-04 10:15:00.25, with Z or an offset such as +02:00
// behind a time (without: UTC). nullopt: not such a text.
std::optional<double> ParseIsoTime(std::string_view text);

enum class OrderKind { kNumber, kTime };

struct OrderValue {
  OrderKind kind = OrderKind::kNumber;
  double value = 0;
};

// What a trimmed cell says, as a number if it is one, else as a time; nullopt: neither.
std::optional<OrderValue> ParseOrderValue(std::string_view cell);

}  // namespace mote
