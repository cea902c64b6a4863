// The format of the MNIST files: two zero bytes, the type of the numbers, how many
// dimensions, each of them as a u32, the numbers; all big-endian
// (https://yann.lecun.org/exdb/mnist/index.html).
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/arrays/array_table.h"

namespace mote::engine {
namespace {

constexpr size_t kIdxMagicBytes = 4;
constexpr size_t kIdxDimensionBytes = 4;

std::optional<ElementType> TypeOfIdx(unsigned char code) {
  switch (code) {
    case 0x08:
      return ElementType::kU8;
    case 0x09:
      return ElementType::kI8;
    case 0x0b:
      return ElementType::kI16;
    case 0x0c:
      return ElementType::kI32;
    case 0x0d:
      return ElementType::kF32;
    case 0x0e:
      return ElementType::kF64;
    default:
      return std::nullopt;
  }
}

int64_t BigEndianU32(std::string_view bytes) {
  int64_t value = 0;
  for (size_t i = 0; i < kIdxDimensionBytes; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

absl::StatusOr<ArrayTable> ReadIdxHeader(std::string_view start, int64_t file_bytes) {
  const bool has_magic = start.size() >= kIdxMagicBytes && start[0] == '\0' && start[1] == '\0';
  const std::optional<ElementType> type =
      has_magic ? TypeOfIdx(static_cast<unsigned char>(start[2])) : std::optional<ElementType>();
  if (!type) {
    return absl::InvalidArgumentError(
        "is no idx file: it does not start with 0, 0, a type of numbers (8, 9, 11 to 14) and how many dimensions");
  }
  const auto dimensions = static_cast<size_t>(static_cast<unsigned char>(start[3]));
  const size_t header_bytes = kIdxMagicBytes + dimensions * kIdxDimensionBytes;
  if (start.size() < header_bytes) {
    return absl::InvalidArgumentError(absl::StrCat("ends in its header, which says ", dimensions, " dimensions"));
  }
  std::vector<int64_t> shape;
  for (size_t i = 0; i < dimensions; ++i) {
    shape.push_back(BigEndianU32(start.substr(kIdxMagicBytes + i * kIdxDimensionBytes, kIdxDimensionBytes)));
  }
  MOTE_ASSIGN_OR_RETURN(ArrayTable table,
                        TableOfArray("x", shape, ArrayColumn{static_cast<int64_t>(header_bytes), *type, true}));
  MOTE_RETURN_IF_ERROR(CheckArrayFills(table, file_bytes));
  return table;
}

}  // namespace mote::engine
