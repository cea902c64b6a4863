// Scalars of a job file: numbers, flags, durations and sizes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace mote::client {

// Digits with an optional sign, or 0x / 0o: an integer of whatever size.
bool LooksLikeInteger(std::string_view text);
// nullopt: not an integer, or outside of int64.
std::optional<int64_t> IntegerOf(std::string_view text);
// nullopt: not a finite decimal number.
std::optional<double> NumberOf(std::string_view text);
// true and false (also True, TRUE …); YAML 1.1's yes and no are text.
std::optional<bool> FlagOf(std::string_view text);
// "50ms", "1h30m"; nullopt: no unit, not a duration, or negative.
std::optional<absl::Duration> DurationOf(std::string_view text);
// "1MiB", "64 kB", "4096": bytes. nullopt: not a size, or beyond int64.
std::optional<int64_t> BytesOf(std::string_view text);

}  // namespace mote::client
