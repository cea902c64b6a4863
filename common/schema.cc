#include "common/schema.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr std::string_view kMagic = "MSC1";
// With these limits a row's stride stays below 2^52: it cannot overflow.
constexpr uint32_t kColumnsMax = 1 << 16;
constexpr int64_t kWidthMax = int64_t{1} << 32;
// Length of an empty name, type, width.
constexpr size_t kColumnBytesMin = 4 + 1 + 8;

absl::StatusOr<Column> DecodeColumn(ByteReader& reader) {
  Column column;
  MOTE_ASSIGN_OR_RETURN(const std::string_view name, reader.GetString());
  column.name = std::string(name);
  MOTE_ASSIGN_OR_RETURN(const uint8_t dtype, reader.Get<uint8_t>());
  if (dtype < static_cast<uint8_t>(DType::kU8) || dtype > static_cast<uint8_t>(DType::kText)) {
    return absl::InvalidArgumentError(absl::StrCat("column \"", column.name, "\" has the unknown type ", dtype));
  }
  column.dtype = static_cast<DType>(dtype);
  MOTE_ASSIGN_OR_RETURN(column.width, reader.Get<int64_t>());
  const int64_t width_max = column.dtype == DType::kText ? 1 : kWidthMax;
  if (column.width < 1 || column.width > width_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("column \"", column.name, "\" has width ", column.width, "; 1 to ", width_max, " is allowed"));
  }
  return column;
}

absl::StatusOr<Schema> DecodeColumns(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const std::string_view magic, reader.GetRaw(kMagic.size()));
  if (magic != kMagic) return absl::InvalidArgumentError("the magic bytes are missing");
  MOTE_ASSIGN_OR_RETURN(const uint32_t count, reader.Get<uint32_t>());
  if (count > kColumnsMax || count > reader.remaining() / kColumnBytesMin) {
    return absl::InvalidArgumentError(absl::StrCat(count, " columns in ", reader.remaining(), " bytes; at most ",
                                                   kColumnsMax, " columns are allowed"));
  }
  Schema schema;
  schema.columns.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    MOTE_ASSIGN_OR_RETURN(Column column, DecodeColumn(reader));
    schema.columns.push_back(std::move(column));
  }
  if (reader.remaining() != 0) {
    return absl::InvalidArgumentError(absl::StrCat(reader.remaining(), " bytes too many at the end"));
  }
  return schema;
}

}  // namespace

int64_t ElementBytes(DType dtype) {
  switch (dtype) {
    case DType::kU8:
      return 1;
    case DType::kF32:
      return 4;
    case DType::kI64:
    case DType::kF64:
      return 8;
    case DType::kText:
      return 0;
  }
  return 0;
}

std::string_view Name(DType dtype) {
  switch (dtype) {
    case DType::kU8:
      return "u8";
    case DType::kI64:
      return "i64";
    case DType::kF32:
      return "f32";
    case DType::kF64:
      return "f64";
    case DType::kText:
      return "text";
  }
  return "unknown type";
}

std::optional<int64_t> Schema::Stride() const {
  int64_t stride = 0;
  for (const Column& column : columns) {
    if (column.dtype == DType::kText) return std::nullopt;
    stride += column.width * ElementBytes(column.dtype);
  }
  return stride;
}

std::optional<size_t> Schema::Find(std::string_view name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  return std::nullopt;
}

std::string Schema::ToString() const {
  std::string text;
  for (const Column& column : columns) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", column.name, ":", std::string(Name(column.dtype)));
    if (column.width != 1) absl::StrAppend(&text, "[", column.width, "]");
  }
  return text;
}

std::string Schema::Encode() const {
  std::string out;
  ByteWriter writer(&out);
  writer.PutRaw(kMagic);
  writer.Put(static_cast<uint32_t>(columns.size()));
  for (const Column& column : columns) {
    writer.PutString(column.name);
    writer.Put(static_cast<uint8_t>(column.dtype));
    writer.Put(column.width);
  }
  return out;
}

absl::StatusOr<Schema> Schema::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  absl::StatusOr<Schema> schema = DecodeColumns(reader);
  if (schema.ok()) return schema;
  return absl::InvalidArgumentError(absl::StrCat("not an encoded schema: ", schema.status().message()));
}

}  // namespace mote
