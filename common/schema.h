// Columns of a table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace mote {

enum class DType : uint8_t { kU8 = 1, kI64 = 2, kF32 = 3, kF64 = 4, kText = 5 };

// Bytes of one element; 0 for text (u32 length and UTF-8 bytes).
int64_t ElementBytes(DType dtype);
std::string_view Name(DType dtype);  // "f32"

// A column holds `width` elements in every row: a scalar has width 1, a feature
// vector of 61 has width 61. Text has width 1.
struct Column {
  std::string name;
  DType dtype = DType::kF32;
  int64_t width = 1;
  bool operator==(const Column&) const = default;
};

struct Schema {
  std::vector<Column> columns;

  bool operator==(const Schema&) const = default;
  // Bytes of one row; nullopt when a text column makes rows vary.
  std::optional<int64_t> Stride() const;
  // Index of the column; nullopt when there is none of that name.
  std::optional<size_t> Find(std::string_view name) const;
  // "x:f32[61], label:i64": for messages.
  std::string ToString() const;

  std::string Encode() const;
  // InvalidArgument: not an encoded schema.
  static absl::StatusOr<Schema> Decode(std::string_view bytes);
};

}  // namespace mote
