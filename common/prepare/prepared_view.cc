#include "common/prepare/prepared_view.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/artifact.h"
#include "common/bytes.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr std::string_view kMagic = "MPV1";

void PutValue(const Value& value, ByteWriter& writer) {
  writer.PutString(value.artifact ? value.artifact->ToString() : "");
  writer.PutString(value.artifact ? "" : value.bytes);
}

absl::StatusOr<Value> GetValue(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const std::string_view artifact, reader.GetString());
  MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, reader.GetString());
  Value value{std::string(bytes), std::nullopt};
  if (artifact.empty()) return value;
  MOTE_ASSIGN_OR_RETURN(value.artifact, ArtifactRef::Parse(artifact));
  return value;
}

absl::StatusOr<PreparedView> DecodeFields(std::string_view bytes) {
  ByteReader reader(bytes);
  MOTE_ASSIGN_OR_RETURN(const std::string_view magic, reader.GetRaw(kMagic.size()));
  if (magic != kMagic) return absl::InvalidArgumentError("the magic bytes are missing");
  PreparedView view;
  MOTE_ASSIGN_OR_RETURN(view.table, GetValue(reader));
  MOTE_ASSIGN_OR_RETURN(view.source, GetValue(reader));
  MOTE_ASSIGN_OR_RETURN(const std::string_view fitted, reader.GetString());
  view.fitted = std::string(fitted);
  MOTE_ASSIGN_OR_RETURN(const std::string_view parameters, reader.GetString());
  view.parameters = std::string(parameters);
  MOTE_ASSIGN_OR_RETURN(view.rows_per_task, reader.Get<int64_t>());
  MOTE_ASSIGN_OR_RETURN(view.split, reader.Get<int64_t>());
  if (view.rows_per_task < 1 || view.split < 0) {
    return absl::InvalidArgumentError(absl::StrCat(view.rows_per_task, " rows per task of split ", view.split));
  }
  if (reader.remaining() == 0) return view;
  return absl::InvalidArgumentError(absl::StrCat(reader.remaining(), " bytes too many at the end"));
}

}  // namespace

std::string PreparedView::Encode() const {
  std::string out;
  ByteWriter writer(&out);
  writer.PutRaw(kMagic);
  PutValue(table, writer);
  PutValue(source, writer);
  writer.PutString(fitted);
  writer.PutString(parameters);
  writer.Put(rows_per_task);
  writer.Put(split);
  return out;
}

bool PreparedView::Is(std::string_view bytes) { return bytes.substr(0, kMagic.size()) == kMagic; }

absl::StatusOr<PreparedView> PreparedView::Decode(std::string_view bytes) {
  absl::StatusOr<PreparedView> view = DecodeFields(bytes);
  if (view.ok()) return view;
  return absl::InvalidArgumentError(absl::StrCat("not prepared rows: ", view.status().message()));
}

Digest NameOfTaskRows(const TaskRows& rows) {
  std::string raw(32, '\0');
  std::memcpy(raw.data(), &rows.task, sizeof(rows.task));
  std::memcpy(raw.data() + sizeof(rows.task), &rows.offset, sizeof(rows.offset));
  return *Digest::FromRaw(raw);
}

TaskRows TaskRowsOf(const Digest& name) {
  TaskRows rows;
  std::memcpy(&rows.task, name.Raw().data(), sizeof(rows.task));
  std::memcpy(&rows.offset, name.Raw().data() + sizeof(rows.task), sizeof(rows.offset));
  return rows;
}

}  // namespace mote
