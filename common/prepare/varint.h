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

// OutOfRange: the bytes end early. InvalidArgument: more than 64 bits.
inline absl::StatusOr<uint64_t> GetVarint(ByteReader& reader) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    MOTE_ASSIGN_OR_RETURN(const uint8_t byte, reader.Get<uint8_t>());
    if (shift == 63 && byte > 1) break;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
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
