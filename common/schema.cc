#include "common/schema.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/feature_names.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr std::string_view kSchemaMagic = "MSC1";
// With these limits a row's stride stays below 2^52: it cannot overflow.
constexpr uint32_t kColumnsMax = 1 << 16;
constexpr int64_t kWidthMax = int64_t{1} << 32;
// Set in the byte of the type where names of classes follow.
constexpr uint8_t kNamesClasses = 0x80;
// Length of an empty name, type, width.
constexpr size_t kColumnBytesMin = 4 + 1 + 8;

// As encoded.
int64_t ClassNameBytes(std::string_view name) { return static_cast<int64_t>(sizeof(uint32_t) + name.size()); }

absl::Status DecodeClasses(ByteReader& reader, Column* column) {
  MOTE_ASSIGN_OR_RETURN(const uint32_t count, reader.Get<uint32_t>());
  const bool of_classes = column->dtype == DType::kI64 && column->width == 1 && count > 0;
  const bool of_elements = column->dtype == DType::kF32 && column->width == count;
  if (!(of_classes || of_elements) || count > reader.remaining() / 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("column \"", column->name, "\" cannot name ", count, " classes or elements"));
  }
  int64_t bytes = 0;
  for (uint32_t i = 0; i < count; ++i) {
    MOTE_ASSIGN_OR_RETURN(const std::string_view name, reader.GetString());
    column->classes.emplace_back(name);
    bytes += ClassNameBytes(name);
  }
  const int64_t bytes_max = of_classes ? kClassNamesBytesMax : kFeatureNamesBytesMax;
  if (bytes <= bytes_max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("column \"", column->name, "\" has names of ", bytes, " bytes; ", bytes_max, " are allowed"));
}

absl::StatusOr<Column> DecodeColumn(ByteReader& reader) {
  Column column;
  MOTE_ASSIGN_OR_RETURN(const std::string_view name, reader.GetString());
  column.name = std::string(name);
  MOTE_ASSIGN_OR_RETURN(const uint8_t kind, reader.Get<uint8_t>());
  const uint8_t dtype = kind & ~kNamesClasses;
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
  if ((kind & kNamesClasses) != 0) MOTE_RETURN_IF_ERROR(DecodeClasses(reader, &column));
  return column;
}

// "(good, bad)"; of many only the first.
void AppendClasses(const std::vector<std::string>& classes, std::string* text) {
  constexpr size_t kShownMax = 8;
  for (size_t i = 0; i < classes.size() && i < kShownMax; ++i) {
    absl::StrAppend(text, i == 0 ? "(" : ", ", classes[i]);
  }
  if (classes.size() > kShownMax) absl::StrAppend(text, ", …");
  if (!classes.empty()) absl::StrAppend(text, ")");
}

absl::StatusOr<Schema> DecodeColumns(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const std::string_view magic, reader.GetRaw(kSchemaMagic.size()));
  if (magic != kSchemaMagic) return absl::InvalidArgumentError("the magic bytes are missing");
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

std::vector<std::string> CarriedClasses(const std::vector<std::string>& classes) {
  int64_t bytes = 0;
  for (const std::string& name : classes) bytes += ClassNameBytes(name);
  return bytes <= kClassNamesBytesMax ? classes : std::vector<std::string>();
}

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
    AppendClasses(column.classes, &text);
  }
  return text;
}

std::string Schema::Encode() const {
  std::string out;
  ByteWriter writer(&out);
  writer.PutRaw(kSchemaMagic);
  writer.Put(static_cast<uint32_t>(columns.size()));
  for (const Column& column : columns) {
    writer.PutString(column.name);
    const bool names_classes = !column.classes.empty();
    writer.Put(static_cast<uint8_t>(static_cast<uint8_t>(column.dtype) | (names_classes ? kNamesClasses : 0)));
    writer.Put(column.width);
    if (!names_classes) continue;
    writer.Put(static_cast<uint32_t>(column.classes.size()));
    for (const std::string& name : column.classes) writer.PutString(name);
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
