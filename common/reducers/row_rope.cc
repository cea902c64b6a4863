#include "common/reducers/row_rope.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/reducers/store_table.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr uint32_t kRopeMagic = 0x31504f52;  // "ROP1"
constexpr uint8_t kInline = 0;
constexpr uint8_t kSealed = 1;
constexpr size_t kDigestBytes = 32;

struct Header {
  uint32_t magic = kRopeMagic;
  uint32_t schema_bytes = 0;
  int64_t rows = 0;
  int64_t bytes = 0;
  int64_t inline_bytes = 0;
  int64_t last = 0;  // offset of the last segment; 0: there is none

  size_t segments_at() const { return sizeof(Header) + schema_bytes; }
};
static_assert(sizeof(Header) == 40);

// The start of a segment.
struct SegmentHead {
  static constexpr size_t kBytes = 1 + 8 + 4;
  uint8_t kind = kInline;
  int64_t rows = 0;
  uint32_t bytes = 0;  // flat

  size_t encoded_bytes() const { return kBytes + (kind == kInline ? bytes : kDigestBytes); }
};

absl::Status WrongRope(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("a partial of rows is wrong: ", std::string(what)));
}

absl::StatusOr<Header> LoadHeader(std::string_view rope) {
  if (rope.size() < sizeof(Header)) return WrongRope(absl::StrCat("it has ", rope.size(), " bytes"));
  Header header;
  std::memcpy(&header, rope.data(), sizeof(header));
  if (header.magic != kRopeMagic) return WrongRope("the magic bytes are missing");
  if (header.segments_at() > rope.size()) return WrongRope("its columns are truncated");
  return header;
}

void StoreHeader(const Header& header, std::string& rope) { std::memcpy(rope.data(), &header, sizeof(header)); }

std::string_view EncodedSchema(std::string_view rope, const Header& header) {
  return rope.substr(sizeof(Header), header.schema_bytes);
}

std::string SchemaText(std::string_view encoded) {
  const absl::StatusOr<Schema> schema = Schema::Decode(encoded);
  return schema.ok() ? schema->ToString() : "unreadable columns";
}

// The segment that starts at `offset`, whole.
absl::StatusOr<SegmentHead> LoadHead(std::string_view rope, size_t offset) {
  if (offset > rope.size() || rope.size() - offset < SegmentHead::kBytes) return WrongRope("a segment is truncated");
  SegmentHead head;
  std::memcpy(&head.kind, rope.data() + offset, 1);
  std::memcpy(&head.rows, rope.data() + offset + 1, 8);
  std::memcpy(&head.bytes, rope.data() + offset + 9, 4);
  if (head.kind > kSealed) return WrongRope(absl::StrCat("a segment has the unknown kind ", head.kind));
  if (rope.size() - offset < head.encoded_bytes()) return WrongRope("a segment is truncated");
  return head;
}

void StoreHead(const SegmentHead& head, std::string& rope, size_t offset) {
  std::memcpy(rope.data() + offset, &head.kind, 1);
  std::memcpy(rope.data() + offset + 1, &head.rows, 8);
  std::memcpy(rope.data() + offset + 9, &head.bytes, 4);
}

void AppendSegment(const RopeSegment& segment, std::string& rope) {
  ByteWriter writer(&rope);
  const bool sealed = segment.blob.has_value();
  writer.Put(sealed ? kSealed : kInline);
  writer.Put(segment.rows);
  writer.Put(static_cast<uint32_t>(sealed ? segment.blob->bytes : static_cast<int64_t>(segment.bytes.size())));
  writer.PutRaw(sealed ? segment.blob->digest.Raw() : segment.bytes);
}

// Header, columns and segments as one string. Counts in `header` are set from the segments.
std::string Encode(std::string_view schema, const std::vector<RopeSegment>& segments) {
  std::string rope(sizeof(Header), '\0');
  rope.append(schema);
  Header header;
  header.schema_bytes = static_cast<uint32_t>(schema.size());
  for (const RopeSegment& segment : segments) {
    header.last = static_cast<int64_t>(rope.size());
    header.rows += segment.rows;
    header.inline_bytes += static_cast<int64_t>(segment.bytes.size());
    header.bytes += segment.blob ? segment.blob->bytes : static_cast<int64_t>(segment.bytes.size());
    AppendSegment(segment, rope);
  }
  StoreHeader(header, rope);
  return rope;
}

// The segments, each inside the bytes; what they hold is not checked.
absl::StatusOr<std::vector<RopeSegment>> LoadSegments(std::string_view rope, size_t at) {
  std::vector<RopeSegment> segments;
  while (at < rope.size()) {
    MOTE_ASSIGN_OR_RETURN(const SegmentHead head, LoadHead(rope, at));
    const std::string_view body = rope.substr(at + SegmentHead::kBytes, head.encoded_bytes() - SegmentHead::kBytes);
    RopeSegment segment{head.rows, {}, std::nullopt};
    if (head.kind == kInline) {
      segment.bytes = body;
    } else {
      MOTE_ASSIGN_OR_RETURN(const Digest digest, Digest::FromRaw(body));
      segment.blob = BlobRef{digest, head.bytes};
    }
    segments.push_back(segment);
    at += head.encoded_bytes();
  }
  return segments;
}

// Appends right's segments to left's and joins inline runs that meet and fit a blob
// together. Both have segments.
absl::Status AppendSegments(std::string& left, Header& header, std::string_view right, const Header& other) {
  size_t from = other.segments_at();  // of what is still to be appended
  MOTE_ASSIGN_OR_RETURN(SegmentHead tail, LoadHead(left, static_cast<size_t>(header.last)));
  MOTE_ASSIGN_OR_RETURN(const SegmentHead first, LoadHead(right, from));
  const size_t tail_at = static_cast<size_t>(header.last);
  if (tail_at < header.segments_at() || tail_at + tail.encoded_bytes() != left.size()) {
    return WrongRope("its last segment is not where it says");
  }
  if (tail.kind == kInline && first.kind == kInline && int64_t{tail.bytes} + first.bytes <= kBlobBytesMax) {
    if (__builtin_add_overflow(tail.rows, first.rows, &tail.rows)) return WrongRope("rows add up to over 2^63");
    tail.bytes += first.bytes;
    StoreHead(tail, left, tail_at);
    left.append(right.substr(from + SegmentHead::kBytes, first.bytes));
    from += first.encoded_bytes();
    if (from == right.size()) return absl::OkStatus();  // the last segment starts where it did
  }
  if (other.last < static_cast<int64_t>(from) || other.last >= static_cast<int64_t>(right.size())) {
    return WrongRope("its last segment is not where it says");
  }
  header.last = static_cast<int64_t>(left.size()) + (other.last - static_cast<int64_t>(from));
  left.append(right.substr(from));
  return absl::OkStatus();
}

// A segment holds rows, and as many bytes as those rows need.
absl::Status CheckSegment(const Schema& schema, const RopeSegment& segment) {
  const int64_t bytes = segment.blob ? segment.blob->bytes : static_cast<int64_t>(segment.bytes.size());
  if (segment.rows < 1 || bytes < 1 || bytes > kBlobBytesMax) {
    return WrongRope(absl::StrCat("a segment of ", segment.rows, " rows has ", bytes, " bytes"));
  }
  if (!segment.blob) return TableView::Open(schema, segment.rows, segment.bytes).status();
  const std::optional<int64_t> stride = schema.Stride();
  // Texts vary: the least that a row can have is the length of one text.
  const bool fits = stride ? *stride > 0 && bytes % *stride == 0 && bytes / *stride == segment.rows
                           : segment.rows <= bytes / static_cast<int64_t>(sizeof(uint32_t));
  if (fits) return absl::OkStatus();
  return WrongRope(absl::StrCat("a blob of ", bytes, " bytes is not ", segment.rows, " rows of ", schema.ToString()));
}

// Seals the largest inline runs until at most `inline_bytes_max` bytes are inline.
absl::Status SealRope(std::string& rope, int64_t inline_bytes_max, BlobSink& blobs) {
  MOTE_ASSIGN_OR_RETURN(const Header header, LoadHeader(rope));
  if (header.inline_bytes <= inline_bytes_max) return absl::OkStatus();
  MOTE_ASSIGN_OR_RETURN(std::vector<RopeSegment> segments, LoadSegments(rope, header.segments_at()));
  std::vector<size_t> order(segments.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return segments[a].bytes.size() > segments[b].bytes.size(); });
  int64_t inline_bytes = header.inline_bytes;
  for (const size_t i : order) {
    RopeSegment& segment = segments[i];
    const int64_t size = static_cast<int64_t>(segment.bytes.size());
    if (inline_bytes <= inline_bytes_max || size == 0) break;
    if (size > kBlobBytesMax) return WrongRope(absl::StrCat("an inline run has ", size, " bytes"));
    segment.blob = BlobRef{blobs.Store(std::string(segment.bytes)), size};
    segment.bytes = {};
    inline_bytes -= size;
  }
  rope = Encode(EncodedSchema(rope, header), segments);
  return absl::OkStatus();
}

}  // namespace

absl::Status MakeRope(Table rows, std::string* rope, BlobSink& blobs, int64_t inline_bytes_max) {
  std::string schema;
  if (!rows.schema.columns.empty()) schema = rows.schema.Encode();
  std::vector<RopeSegment> segments;
  if (rows.rows > 0 && !schema.empty() && static_cast<int64_t>(rows.bytes.size()) <= inline_bytes_max) {
    MOTE_RETURN_IF_ERROR(TableView::Open(rows.schema, rows.rows, rows.bytes).status());
    segments.push_back({rows.rows, rows.bytes, std::nullopt});
  } else {
    MOTE_ASSIGN_OR_RETURN(const std::vector<Segment> stored, StoreRows(std::move(rows), blobs));
    for (const Segment& segment : stored) segments.push_back({segment.rows, {}, segment.blob});
  }
  *rope = Encode(schema, segments);
  return absl::OkStatus();
}

absl::Status CombineRopes(std::string& left, std::string_view right, BlobSink& blobs) {
  MOTE_ASSIGN_OR_RETURN(Header header, LoadHeader(left));
  MOTE_ASSIGN_OR_RETURN(const Header other, LoadHeader(right));
  if (other.schema_bytes == 0) return absl::OkStatus();
  if (header.schema_bytes == 0) {
    left.assign(right);
    return absl::OkStatus();
  }
  const std::string_view schema = EncodedSchema(left, header), other_schema = EncodedSchema(right, other);
  if (schema != other_schema) {
    return absl::InvalidArgumentError(
        absl::StrCat("tasks yield different columns: ", SchemaText(schema), " and ", SchemaText(other_schema)));
  }
  if (other.last == 0) return absl::OkStatus();
  if (header.last == 0) {
    left.assign(right);
    return absl::OkStatus();
  }
  if (__builtin_add_overflow(header.rows, other.rows, &header.rows) ||
      __builtin_add_overflow(header.bytes, other.bytes, &header.bytes) ||
      __builtin_add_overflow(header.inline_bytes, other.inline_bytes, &header.inline_bytes)) {
    return WrongRope("its counts add up to over 2^63");
  }
  MOTE_RETURN_IF_ERROR(AppendSegments(left, header, right, other));
  StoreHeader(header, left);
  return SealRope(left, kRopeInlineBytesMax, blobs);
}

absl::Status SealRopes(std::vector<std::string>& ropes, int64_t inline_bytes_max, BlobSink& blobs) {
  while (true) {
    int64_t total = 0, most = 0;
    std::string* fullest = nullptr;
    for (std::string& rope : ropes) {
      MOTE_ASSIGN_OR_RETURN(const Header header, LoadHeader(rope));
      if (__builtin_add_overflow(total, header.inline_bytes, &total))
        return WrongRope("its counts add up to over 2^63");
      if (header.inline_bytes <= most) continue;
      most = header.inline_bytes;
      fullest = &rope;
    }
    if (total <= inline_bytes_max || fullest == nullptr) return absl::OkStatus();
    MOTE_RETURN_IF_ERROR(SealRope(*fullest, std::max<int64_t>(0, most - (total - inline_bytes_max)), blobs));
    MOTE_ASSIGN_OR_RETURN(const Header sealed, LoadHeader(*fullest));
    if (sealed.inline_bytes >= most) return WrongRope("its counts contradict its segments");
  }
}

absl::Status SealToTravel(std::vector<std::string>& ropes, int64_t beside, BlobSink& blobs) {
  constexpr int64_t kSlackBytes = 1 << 10;  // for the heads of segments
  int64_t size = beside, fixed = beside + kSlackBytes;
  for (const std::string& rope : ropes) {
    MOTE_ASSIGN_OR_RETURN(const Header header, LoadHeader(rope));
    size += static_cast<int64_t>(rope.size());
    fixed += static_cast<int64_t>(header.segments_at());
  }
  if (size <= kInlineBytesMax) return absl::OkStatus();
  return SealRopes(ropes, std::clamp<int64_t>(kInlineBytesMax - fixed, 0, kRopeTravelBytesMax), blobs);
}

absl::Status SealToTravel(std::string& rope, int64_t beside, BlobSink& blobs) {
  if (static_cast<int64_t>(rope.size()) + beside <= kInlineBytesMax) return absl::OkStatus();
  std::vector<std::string> ropes(1);
  ropes[0] = std::move(rope);
  const absl::Status status = SealToTravel(ropes, beside, blobs);
  rope = std::move(ropes[0]);
  return status;
}

absl::StatusOr<Rope> ReadRope(std::string_view bytes) {
  MOTE_ASSIGN_OR_RETURN(const Header header, LoadHeader(bytes));
  Rope rope;
  const std::string_view schema = EncodedSchema(bytes, header);
  if (!schema.empty()) {
    MOTE_ASSIGN_OR_RETURN(rope.schema, Schema::Decode(schema));
    if (rope.schema.columns.empty() || rope.schema.Encode() != schema)
      return WrongRope("its columns are not canonical");
  }
  MOTE_ASSIGN_OR_RETURN(rope.segments, LoadSegments(bytes, header.segments_at()));
  int64_t inline_bytes = 0;
  for (const RopeSegment& segment : rope.segments) {
    MOTE_RETURN_IF_ERROR(CheckSegment(rope.schema, segment));
    if (__builtin_add_overflow(rope.rows, segment.rows, &rope.rows)) return WrongRope("its rows add up to over 2^63");
    inline_bytes += static_cast<int64_t>(segment.bytes.size());
    rope.bytes += segment.blob ? segment.blob->bytes : static_cast<int64_t>(segment.bytes.size());
  }
  int64_t last = 0;
  if (!rope.segments.empty()) {
    const RopeSegment& segment = rope.segments.back();
    const size_t body = segment.blob ? kDigestBytes : segment.bytes.size();
    last = static_cast<int64_t>(bytes.size() - body - SegmentHead::kBytes);
  }
  if (header.rows != rope.rows || header.bytes != rope.bytes || header.inline_bytes != inline_bytes ||
      header.last != last) {
    return WrongRope("its counts contradict its segments");
  }
  if (inline_bytes > kRopeInlineBytesMax) {
    return WrongRope(absl::StrCat(inline_bytes, " bytes inline; at most ", kRopeInlineBytesMax, " may be"));
  }
  return rope;
}

bool RopeHasBlobs(std::string_view rope) {
  const absl::StatusOr<Header> header = LoadHeader(rope);
  return header.ok() && header->bytes != header->inline_bytes;
}

}  // namespace mote
