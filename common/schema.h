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

// Names of classes are repeated in each partial that holds rows: long lists of them
// are not carried along.
inline constexpr int64_t kClassNamesBytesMax = 4 << 10;

// Bytes of one element; 0 for text (u32 length and UTF-8 bytes).
int64_t ElementBytes(DType dtype);
std::string_view Name(DType dtype);  // "f32"

// A column holds `width` elements in every row: a scalar has width 1, a feature
// vector of 61 has width 61. Text has width 1.
struct Column {
  std::string name;
  DType dtype = DType::kF32;
  int64_t width = 1;
  // Names by index: of the classes (i64, width 1), at most kClassNamesBytesMax; or of a
  // vector's elements (f32), in Output::schema alone. Empty: they are not known.
  std::vector<std::string> classes = {};
  bool operator==(const Column&) const = default;
};

// The names as a column carries them: all, or none where they take too much room.
std::vector<std::string> CarriedClasses(const std::vector<std::string>& classes);

struct Schema {
  std::vector<Column> columns;

  bool operator==(const Schema&) const = default;
  // Bytes of one row; nullopt when a text column makes rows vary.
  std::optional<int64_t> Stride() const;
  // Index of the column; nullopt when there is none of that name.
  std::optional<size_t> Find(std::string_view name) const;
  // "x:f32[61], label:i64(good, bad)": for messages.
  std::string ToString() const;

  std::string Encode() const;
  // InvalidArgument: not an encoded schema.
  static absl::StatusOr<Schema> Decode(std::string_view bytes);
};

}  // namespace mote
