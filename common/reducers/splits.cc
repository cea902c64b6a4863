#include "common/reducers/splits.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/json.h"
#include "common/reducers/concat.h"
#include "common/reducers/row_rope.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"

namespace mote {
namespace {

constexpr uint32_t kSplitsMagic = 0x31545053;  // "SPT1"
constexpr uint32_t kTablesMax = 1000;
// Descriptors stand in the result of Finish itself while all together have room there.
constexpr int64_t kDescriptorsInlineMax = 16 << 10;

struct Partial {
  std::vector<std::string> ropes;
  Quality quality;
};

absl::Status WrongSplits(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("a partial of splits is wrong: ", std::string(what)));
}

absl::StatusOr<uint32_t> DecodeCount(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const uint32_t magic, reader.Get<uint32_t>());
  if (magic != kSplitsMagic) return WrongSplits("the magic bytes are missing");
  MOTE_ASSIGN_OR_RETURN(const uint32_t count, reader.Get<uint32_t>());
  if (count == 0 || count > kTablesMax) return WrongSplits(absl::StrCat(count, " tables"));
  return count;
}

absl::StatusOr<Partial> DecodePartial(std::string_view bytes) {
  ByteReader reader(bytes);
  Partial partial;
  MOTE_ASSIGN_OR_RETURN(const uint32_t count, DecodeCount(reader));
  for (uint32_t i = 0; i < count; ++i) {
    MOTE_ASSIGN_OR_RETURN(const std::string_view rope, reader.GetString());
    partial.ropes.emplace_back(rope);
  }
  MOTE_ASSIGN_OR_RETURN(partial.quality, Quality::Decode(reader));
  if (reader.remaining() != 0) return WrongSplits(absl::StrCat(reader.remaining(), " bytes too many"));
  return partial;
}

std::string EncodePartial(const Partial& partial) {
  std::string out;
  ByteWriter writer(&out);
  writer.Put(kSplitsMagic);
  writer.Put(static_cast<uint32_t>(partial.ropes.size()));
  for (const std::string& rope : partial.ropes) writer.PutString(rope);
  partial.quality.Encode(&out);
  return out;
}

class SplitsReducer final : public Reducer {
 public:
  absl::Status Validate(std::string_view bytes) const override {
    MOTE_ASSIGN_OR_RETURN(const Partial partial, DecodePartial(bytes));
    for (const std::string& rope : partial.ropes) MOTE_RETURN_IF_ERROR(ReadRope(rope).status());
    return absl::OkStatus();
  }

  absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const override {
    MOTE_ASSIGN_OR_RETURN(Partial partial, DecodePartial(left));
    MOTE_ASSIGN_OR_RETURN(const Partial other, DecodePartial(right));
    if (partial.ropes.size() != other.ropes.size()) {
      return WrongSplits(absl::StrCat(partial.ropes.size(), " tables meet ", other.ropes.size()));
    }
    for (size_t i = 0; i < partial.ropes.size(); ++i) {
      MOTE_RETURN_IF_ERROR(CombineRopes(partial.ropes[i], other.ropes[i], blobs));
    }
    MOTE_RETURN_IF_ERROR(SealRopes(partial.ropes, kRopeInlineBytesMax, blobs));
    MOTE_RETURN_IF_ERROR(partial.quality.Merge(other.quality));
    left = EncodePartial(partial);
    return absl::OkStatus();
  }

  absl::Status Seal(std::string& bytes, BlobSink& blobs) const override {
    if (static_cast<int64_t>(bytes.size()) <= kInlineBytesMax) return absl::OkStatus();
    MOTE_ASSIGN_OR_RETURN(Partial partial, DecodePartial(bytes));
    int64_t beside = static_cast<int64_t>(bytes.size());
    for (const std::string& rope : partial.ropes) beside -= static_cast<int64_t>(rope.size());
    MOTE_RETURN_IF_ERROR(SealToTravel(partial.ropes, beside, blobs));
    bytes = EncodePartial(partial);
    return absl::OkStatus();
  }

  absl::StatusOr<Output> Finish(const std::string* bytes, BlobSink& blobs, BlobSource*) const override {
    if (bytes == nullptr) return absl::InvalidArgumentError("splits: no task has a result");
    MOTE_ASSIGN_OR_RETURN(Partial partial, DecodePartial(*bytes));
    SplitTables result;
    result.quality = std::move(partial.quality);
    const int64_t share = kDescriptorsInlineMax / static_cast<int64_t>(partial.ropes.size());
    for (const std::string& rope : partial.ropes) {
      MOTE_ASSIGN_OR_RETURN(Output table, ConcatReducer().Finish(&rope, blobs, nullptr));
      if (!table.content.artifact && static_cast<int64_t>(table.content.bytes.size()) > share) {
        table.content = Value{"", StoreArtifact(std::move(table.content.bytes), blobs)};
      }
      result.tables.push_back(std::move(table));
    }
    std::string encoded = result.Encode();
    const int64_t size = static_cast<int64_t>(encoded.size());
    return Output{OutputKind::kBlob, StoreBytes(std::move(encoded), blobs), 0, size};
  }
};

}  // namespace

absl::Status SplitsLeaf(std::vector<Table> tables, const Quality& quality, std::string* partial, BlobSink& blobs,
                        int64_t inline_bytes_max) {
  Partial leaf;
  leaf.quality = quality;
  for (Table& table : tables) {
    leaf.ropes.emplace_back();
    MOTE_RETURN_IF_ERROR(MakeRope(std::move(table), &leaf.ropes.back(), blobs, inline_bytes_max));
  }
  MOTE_RETURN_IF_ERROR(SealRopes(leaf.ropes, kRopeInlineBytesMax, blobs));
  *partial = EncodePartial(leaf);
  return absl::OkStatus();
}

std::string SplitTables::Encode() const {
  std::string out;
  ByteWriter writer(&out);
  writer.Put(kSplitsMagic);
  writer.Put(static_cast<uint32_t>(tables.size()));
  for (const Output& table : tables) {
    writer.Put(table.rows);
    writer.Put(table.bytes);
    writer.PutString(table.content.artifact ? table.content.artifact->ToString() : "");
    writer.PutString(table.content.bytes);
    writer.PutString(table.schema);
  }
  quality.Encode(&out);
  return out;
}

absl::StatusOr<SplitTables> SplitTables::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  SplitTables result;
  MOTE_ASSIGN_OR_RETURN(const uint32_t count, DecodeCount(reader));
  for (uint32_t i = 0; i < count; ++i) {
    Output table;
    table.kind = OutputKind::kTable;
    MOTE_ASSIGN_OR_RETURN(table.rows, reader.Get<int64_t>());
    MOTE_ASSIGN_OR_RETURN(table.bytes, reader.Get<int64_t>());
    MOTE_ASSIGN_OR_RETURN(const std::string_view artifact, reader.GetString());
    MOTE_ASSIGN_OR_RETURN(const std::string_view content, reader.GetString());
    table.content.bytes = std::string(content);
    MOTE_ASSIGN_OR_RETURN(const std::string_view schema, reader.GetString());
    table.schema = std::string(schema);
    if (!artifact.empty()) {
      MOTE_ASSIGN_OR_RETURN(table.content.artifact, ArtifactRef::Parse(artifact));
    }
    result.tables.push_back(std::move(table));
  }
  MOTE_ASSIGN_OR_RETURN(result.quality, Quality::Decode(reader));
  if (reader.remaining() != 0) return WrongSplits("bytes too many");
  return result;
}

ReducerEntry SplitsEntry() {
  return {.description = {.name = "splits",
                          .summary = "The tables of a split and what became of every row",
                          .parameters = {},
                          .bound = "48 KiB of rows, 45 bytes for each blob of rows, 30 bytes a column"},
          .user = false,
          .make = [](const Json&) -> absl::StatusOr<std::unique_ptr<Reducer>> {
            return std::make_unique<SplitsReducer>();
          }};
}

}  // namespace mote
