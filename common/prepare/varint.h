// Integers in as few bytes as they need (LEB128), for partials with many counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/bytes.h"
#include "common/status_macros.h"

namespace mote {

inline void PutVarint(std::string* out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

// The same to where there is room for kVarintBytesMax bytes; returns what follows.
inline constexpr size_t kVarintBytesMax = 10;
inline char* PutVarint(char* to, uint64_t value) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
  *to++ = static_cast<char>(value);
  return to;
}

// OutOfRange: the bytes end early. InvalidArgument: more than 64 bits.
inline absl::StatusOr<uint64_t> GetVarint(ByteReader& reader) {
  const std::string_view bytes = reader.rest();
  uint64_t value = 0;
  for (size_t i = 0; i < kVarintBytesMax; ++i) {
    if (i == bytes.size()) return absl::OutOfRangeError("truncated record: an integer has no end");
    const auto byte = static_cast<uint8_t>(bytes[i]);
    if (i == kVarintBytesMax - 1 && byte > 1) break;
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    reader.Skip(i + 1);
    return value;
  }
  return absl::InvalidArgumentError("an integer has more than 64 bits");
}

// A count: at most 2^62, so that two can be added.
inline absl::StatusOr<int64_t> GetCount(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const uint64_t value, GetVarint(reader));
  if (value <= uint64_t{1} << 62) return static_cast<int64_t>(value);
  return absl::InvalidArgumentError("a count is above 2^62");
}

}  // namespace mote
