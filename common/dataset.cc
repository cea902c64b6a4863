#include "common/dataset.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr std::string_view kMagicRows = "MDS1";
constexpr std::string_view kMagicShared = "MDS2";  // ends with the shared file
constexpr std::string_view kMagicArrays = "MDS3";  // ends with the shared file, or "", and the arrays
constexpr size_t kSegmentBytes = 32 + 8 + 8;
constexpr size_t kChunkBytes = 8 + 8 + 8;
constexpr size_t kArrayBytes = 8 + 1 + 1;

absl::Status Invalid(const std::string& what) { return absl::InvalidArgumentError(what); }

// A count of entries that can be there at all.
absl::StatusOr<size_t> GetCount(ByteReader& reader, size_t entry_bytes) {
  MOTE_ASSIGN_OR_RETURN(const uint64_t count, reader.Get<uint64_t>());
  if (count > reader.remaining() / entry_bytes) {
    return Invalid(absl::StrCat(count, " entries of ", entry_bytes, " bytes in ", reader.remaining(), " bytes"));
  }
  return static_cast<size_t>(count);
}

absl::StatusOr<Digest> GetDigest(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const std::string_view raw, reader.GetRaw(32));
  return Digest::FromRaw(raw);
}

absl::Status GetSegments(ByteReader& reader, std::vector<Segment>* segments) {
  MOTE_ASSIGN_OR_RETURN(const size_t count, GetCount(reader, kSegmentBytes));
  segments->resize(count);
  for (Segment& segment : *segments) {
    MOTE_ASSIGN_OR_RETURN(segment.blob.digest, GetDigest(reader));
    MOTE_ASSIGN_OR_RETURN(segment.blob.bytes, reader.Get<int64_t>());
    MOTE_ASSIGN_OR_RETURN(segment.rows, reader.Get<int64_t>());
  }
  return absl::OkStatus();
}

absl::Status GetSource(ByteReader& reader, ArtifactRef* source) {
  MOTE_ASSIGN_OR_RETURN(source->digest, GetDigest(reader));
  MOTE_ASSIGN_OR_RETURN(source->bytes, reader.Get<int64_t>());
  MOTE_ASSIGN_OR_RETURN(const uint8_t manifest, reader.Get<uint8_t>());
  if (manifest > 1) return Invalid(absl::StrCat("the manifest flag is ", manifest, "; 0 or 1 expected"));
  source->manifest = manifest == 1;
  return absl::OkStatus();
}

absl::Status GetChunks(ByteReader& reader, std::vector<TextChunk>* chunks) {
  MOTE_ASSIGN_OR_RETURN(const size_t count, GetCount(reader, kChunkBytes));
  chunks->resize(count);
  for (TextChunk& chunk : *chunks) {
    MOTE_ASSIGN_OR_RETURN(chunk.offset, reader.Get<int64_t>());
    MOTE_ASSIGN_OR_RETURN(chunk.first_row, reader.Get<int64_t>());
    MOTE_ASSIGN_OR_RETURN(chunk.first_line, reader.Get<int64_t>());
  }
  return absl::OkStatus();
}

absl::Status GetArrays(ByteReader& reader, std::vector<ArrayColumn>* arrays) {
  MOTE_ASSIGN_OR_RETURN(const size_t count, GetCount(reader, kArrayBytes));
  arrays->resize(count);
  for (ArrayColumn& array : *arrays) {
    MOTE_ASSIGN_OR_RETURN(array.offset, reader.Get<int64_t>());
    MOTE_ASSIGN_OR_RETURN(const uint8_t type, reader.Get<uint8_t>());
    MOTE_ASSIGN_OR_RETURN(const uint8_t big_endian, reader.Get<uint8_t>());
    if (type < 1 || type > kElementTypeMax) return Invalid(absl::StrCat("an array has the unknown type ", type));
    array.type = static_cast<ElementType>(type);
    array.big_endian = big_endian != 0;
  }
  return absl::OkStatus();
}

absl::Status GetShared(ByteReader& reader, std::optional<SharedFile>* shared) {
  MOTE_ASSIGN_OR_RETURN(const std::string_view text, reader.GetString());
  if (text.empty()) return absl::OkStatus();
  MOTE_ASSIGN_OR_RETURN(*shared, SharedFile::Parse(text));
  return absl::OkStatus();
}

absl::StatusOr<Dataset> DecodeFields(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const std::string_view magic, reader.GetRaw(kMagicRows.size()));
  if (magic != kMagicRows && magic != kMagicShared && magic != kMagicArrays)
    return Invalid("the magic bytes are missing");
  Dataset dataset;
  MOTE_ASSIGN_OR_RETURN(const uint8_t format, reader.Get<uint8_t>());
  if (format < static_cast<uint8_t>(DatasetFormat::kRows) || format > static_cast<uint8_t>(DatasetFormat::kFields)) {
    return Invalid(absl::StrCat("unknown format ", format));
  }
  dataset.format = static_cast<DatasetFormat>(format);
  MOTE_ASSIGN_OR_RETURN(const uint8_t delimiter, reader.Get<uint8_t>());
  dataset.delimiter = static_cast<char>(delimiter);
  MOTE_ASSIGN_OR_RETURN(const std::string_view schema, reader.GetString());
  MOTE_ASSIGN_OR_RETURN(dataset.schema, Schema::Decode(schema));
  MOTE_ASSIGN_OR_RETURN(const std::string_view name, reader.GetString());
  dataset.name = std::string(name);
  MOTE_ASSIGN_OR_RETURN(dataset.rows, reader.Get<int64_t>());
  MOTE_RETURN_IF_ERROR(GetSegments(reader, &dataset.segments));
  MOTE_RETURN_IF_ERROR(GetSource(reader, &dataset.source));
  MOTE_RETURN_IF_ERROR(GetChunks(reader, &dataset.chunks));
  if (magic != kMagicRows) MOTE_RETURN_IF_ERROR(GetShared(reader, &dataset.shared));
  if (magic == kMagicArrays) MOTE_RETURN_IF_ERROR(GetArrays(reader, &dataset.arrays));
  if (reader.remaining() != 0) return Invalid(absl::StrCat(reader.remaining(), " bytes too many at the end"));
  return dataset;
}

absl::Status CheckSegment(const Segment& segment, std::optional<int64_t> stride) {
  if (segment.rows < 0) return Invalid(absl::StrCat("a segment has ", segment.rows, " rows"));
  if (segment.blob.bytes < 0 || segment.blob.bytes > kBlobBytesMax) {
    return Invalid(absl::StrCat("a segment has ", segment.blob.bytes, " bytes; at most ", kBlobBytesMax, " allowed"));
  }
  if (!stride.has_value()) return absl::OkStatus();  // texts vary: TableView checks them
  const bool fits = *stride == 0 ? segment.blob.bytes == 0
                                 : segment.blob.bytes % *stride == 0 && segment.blob.bytes / *stride == segment.rows;
  if (fits) return absl::OkStatus();
  return Invalid(
      absl::StrCat("a segment of ", segment.blob.bytes, " bytes is not ", segment.rows, " rows of ", *stride));
}

absl::Status CheckRows(const Dataset& dataset) {
  if (!dataset.chunks.empty() || dataset.source != ArtifactRef{} || dataset.shared) {
    return Invalid("rows have no source text");
  }
  const std::optional<int64_t> stride = dataset.schema.Stride();
  int64_t rows = 0;
  for (const Segment& segment : dataset.segments) {
    MOTE_RETURN_IF_ERROR(CheckSegment(segment, stride));
    if (__builtin_add_overflow(rows, segment.rows, &rows)) return Invalid("the segments' rows overflow");
  }
  if (rows == dataset.rows) return absl::OkStatus();
  return Invalid(absl::StrCat(dataset.rows, " rows, but the segments have ", rows));
}

absl::Status CheckTextSchema(const Dataset& dataset) {
  for (const Column& column : dataset.schema.columns) {
    if (column.dtype != DType::kText) return Invalid(absl::StrCat("column \"", column.name, "\" is not text"));
  }
  const size_t columns = dataset.schema.columns.size();
  const bool fits = IsTextTable(dataset.format) ? columns >= 1 : columns == 1;
  if (!fits) return Invalid(absl::StrCat(columns, " columns do not fit the format"));
  const bool separates =
      dataset.delimiter != '"' && dataset.delimiter != '\n' && dataset.delimiter != '\r' && dataset.delimiter != '\0';
  if (!separates) return Invalid("the delimiter is a quote, a line end or NUL");
  return absl::OkStatus();
}

absl::Status CheckText(const Dataset& dataset) {
  if (!dataset.segments.empty()) return Invalid("a text has no segments");
  if (dataset.source.bytes < 0) return Invalid(absl::StrCat("a source of ", dataset.source.bytes, " bytes"));
  if (dataset.shared && dataset.shared->bytes != dataset.source.bytes) return Invalid("a shared file has two sizes");
  MOTE_RETURN_IF_ERROR(CheckTextSchema(dataset));
  if (dataset.rows > 0 && (dataset.chunks.empty() || dataset.chunks[0].first_row != 0)) {
    return Invalid("the first chunk does not start at row 0");
  }
  TextChunk last{-1, -1, 0};
  for (const TextChunk& chunk : dataset.chunks) {
    const bool in_range = chunk.offset <= dataset.source.bytes && chunk.first_row <= dataset.rows;
    if (!in_range || chunk.offset <= last.offset || chunk.first_row <= last.first_row) {
      return Invalid(absl::StrCat("the chunk at offset ", chunk.offset, ", row ", chunk.first_row,
                                  " is out of order or past the end"));
    }
    last = chunk;
  }
  return absl::OkStatus();
}

absl::Status CheckArrays(const Dataset& dataset) {
  if (!dataset.segments.empty() || !dataset.chunks.empty()) return Invalid("arrays have neither segments nor chunks");
  if (dataset.arrays.size() != dataset.schema.columns.size()) {
    return Invalid(absl::StrCat(dataset.arrays.size(), " arrays of ", dataset.schema.columns.size(), " columns"));
  }
  if (dataset.source.bytes < 0) return Invalid(absl::StrCat("a source of ", dataset.source.bytes, " bytes"));
  if (dataset.shared && dataset.shared->bytes != dataset.source.bytes) return Invalid("a shared file has two sizes");
  for (size_t i = 0; i < dataset.arrays.size(); ++i) {
    const ArrayColumn& array = dataset.arrays[i];
    const Column& column = dataset.schema.columns[i];
    if (column.dtype != DTypeOf(array.type)) return Invalid(absl::StrCat("column ", i, " has another type"));
    int64_t end = 0;  // of the array's bytes
    if (__builtin_mul_overflow(column.width * ElementBytes(array.type), dataset.rows, &end) ||
        __builtin_add_overflow(end, array.offset, &end) || array.offset < 0 || end > dataset.source.bytes) {
      return Invalid(absl::StrCat("the array of column ", i, " leaves the file"));
    }
  }
  return absl::OkStatus();
}

absl::Status Check(const Dataset& dataset) {
  if (dataset.format == DatasetFormat::kArrays) return CheckArrays(dataset);
  if (!dataset.arrays.empty()) return Invalid("only a file of arrays has arrays");
  return dataset.format == DatasetFormat::kRows ? CheckRows(dataset) : CheckText(dataset);
}

absl::StatusOr<Dataset> DecodeChecked(std::string_view bytes) {
  ByteReader reader(bytes);
  MOTE_ASSIGN_OR_RETURN(Dataset dataset, DecodeFields(reader));
  if (dataset.rows < 0) return Invalid(absl::StrCat(dataset.rows, " rows"));
  MOTE_RETURN_IF_ERROR(Check(dataset));
  return dataset;
}

}  // namespace

int64_t Dataset::bytes() const {
  if (format != DatasetFormat::kRows) return source.bytes;
  int64_t total = 0;
  for (const Segment& segment : segments) total += segment.blob.bytes;
  return total;
}

std::vector<ArtifactRef> Dataset::parts() const {
  std::vector<ArtifactRef> parts;
  for (const Segment& segment : segments) parts.push_back({segment.blob.digest, segment.blob.bytes, false});
  if (format != DatasetFormat::kRows && !shared) parts.push_back(source);
  return parts;
}

std::string Dataset::Encode() const {
  std::string out;
  ByteWriter writer(&out);
  const bool has_arrays = format == DatasetFormat::kArrays;
  writer.PutRaw(has_arrays ? kMagicArrays : shared ? kMagicShared : kMagicRows);
  writer.Put(static_cast<uint8_t>(format));
  writer.Put(static_cast<uint8_t>(delimiter));
  writer.PutString(schema.Encode());
  writer.PutString(name);
  writer.Put(rows);
  writer.Put(static_cast<uint64_t>(segments.size()));
  for (const Segment& segment : segments) {
    writer.PutRaw(segment.blob.digest.Raw());
    writer.Put(segment.blob.bytes);
    writer.Put(segment.rows);
  }
  writer.PutRaw(source.digest.Raw());
  writer.Put(source.bytes);
  writer.Put(static_cast<uint8_t>(source.manifest));
  writer.Put(static_cast<uint64_t>(chunks.size()));
  for (const TextChunk& chunk : chunks) {
    writer.Put(chunk.offset);
    writer.Put(chunk.first_row);
    writer.Put(chunk.first_line);
  }
  if (shared || has_arrays) writer.PutString(shared ? shared->ToString() : "");
  if (!has_arrays) return out;
  writer.Put(static_cast<uint64_t>(arrays.size()));
  for (const ArrayColumn& array : arrays) {
    writer.Put(array.offset);
    writer.Put(static_cast<uint8_t>(array.type));
    writer.Put(static_cast<uint8_t>(array.big_endian));
  }
  return out;
}

absl::StatusOr<Dataset> Dataset::Decode(std::string_view bytes) {
  absl::StatusOr<Dataset> dataset = DecodeChecked(bytes);
  if (dataset.ok()) return dataset;
  return absl::InvalidArgumentError(absl::StrCat("not an encoded dataset: ", dataset.status().message()));
}

}  // namespace mote
