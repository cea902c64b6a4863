// Where the numbers of a column lie in a file of arrays (npy, safetensors, idx).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/schema.h"

namespace mote {

enum class ElementType : uint8_t {
  kU8 = 1,
  kI8 = 2,
  kI16 = 3,
  kI32 = 4,
  kI64 = 5,
  kU16 = 6,
  kU32 = 7,
  kF16 = 8,
  kF32 = 9,
  kF64 = 10,
  kBF16 = 11,
};
inline constexpr uint8_t kElementTypeMax = 11;

int64_t ElementBytes(ElementType type);
// What the elements become in a row: u8 and the floats keep their values, f16 and bf16
// become f32, all other integers i64.
DType DTypeOf(ElementType type);

// Row r of a column of width w is the w elements from byte
// offset + r·w·ElementBytes(type) of the file on.
struct ArrayColumn {
  int64_t offset = 0;
  ElementType type = ElementType::kF32;
  bool big_endian = false;

  bool operator==(const ArrayColumn&) const = default;
  // True when the bytes of the file are those of a row.
  bool native() const;
};

// Appends the elements in `bytes`, a whole number of them, as a row holds them.
void AppendElements(const ArrayColumn& column, std::string_view bytes, std::string* out);

}  // namespace mote
