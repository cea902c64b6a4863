#include "common/prepare/quality.h"

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/varint.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr const char* kReasons[kDropReasons] = {"number of columns differs from the header's", "label is missing",
                                                "label is not one of the training rows'",
                                                "a value is missing or not a number"};

Json ColumnJson(const FittedColumn& column, const ColumnQuality& quality) {
  Json json = {{"name", column.name}};
  switch (column.kind) {
    case ColumnKind::kLabel:
      json["kind"] = "label";
      break;
    case ColumnKind::kOmitted:
      json["kind"] = "omitted";
      json["reason"] = column.reason;
      break;
    case ColumnKind::kNumber:
      json["kind"] = "number";
      json["imputed"] = quality.imputed;
      json["not_numbers"] = quality.not_numbers;
      if (column.approximate) json["note"] = "the imputed value is approximate: the column has many distinct values";
      break;
    case ColumnKind::kCategory:
      json["kind"] = "category";
      json["categories"] = column.categories.size();
      json["imputed"] = quality.imputed;
      json["unseen_categories"] = quality.unseen;
      break;
  }
  return json;
}

}  // namespace

void Quality::Drop(DropReason reason, int64_t line) {
  Dropped& entry = dropped[static_cast<size_t>(reason)];
  ++entry.rows;
  if (entry.lines.size() < Dropped::kLinesMax) entry.lines.push_back(line);
}

absl::Status Quality::Merge(const Quality& other) {
  if (columns.size() != other.columns.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("quality of ", columns.size(), " columns meets that of ", other.columns.size()));
  }
  rows_read += other.rows_read;
  unassigned += other.unassigned;
  for (size_t i = 0; i < dropped.size(); ++i) {
    dropped[i].rows += other.dropped[i].rows;
    for (const int64_t line : other.dropped[i].lines) {
      if (dropped[i].lines.size() < Dropped::kLinesMax) dropped[i].lines.push_back(line);
    }
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].imputed += other.columns[i].imputed;
    columns[i].not_numbers += other.columns[i].not_numbers;
    columns[i].unseen += other.columns[i].unseen;
  }
  return absl::OkStatus();
}

void Quality::Encode(std::string* out) const {
  const auto put = [out](int64_t count) { PutVarint(out, static_cast<uint64_t>(count)); };
  put(rows_read);
  put(unassigned);
  for (const Dropped& entry : dropped) {
    put(entry.rows);
    put(static_cast<int64_t>(entry.lines.size()));
    for (const int64_t line : entry.lines) put(line);
  }
  put(static_cast<int64_t>(columns.size()));
  for (const ColumnQuality& column : columns) {
    put(column.imputed);
    put(column.not_numbers);
    put(column.unseen);
  }
}

absl::StatusOr<Quality> Quality::Decode(ByteReader& reader) {
  Quality quality;
  MOTE_ASSIGN_OR_RETURN(quality.rows_read, GetCount(reader));
  MOTE_ASSIGN_OR_RETURN(quality.unassigned, GetCount(reader));
  for (Dropped& entry : quality.dropped) {
    MOTE_ASSIGN_OR_RETURN(entry.rows, GetCount(reader));
    MOTE_ASSIGN_OR_RETURN(const int64_t lines, GetCount(reader));
    if (lines > static_cast<int64_t>(Dropped::kLinesMax)) {
      return absl::InvalidArgumentError(absl::StrCat("quality: ", lines, " lines of dropped rows"));
    }
    entry.lines.resize(static_cast<size_t>(lines));
    for (int64_t& line : entry.lines) {
      MOTE_ASSIGN_OR_RETURN(line, GetCount(reader));
    }
  }
  MOTE_ASSIGN_OR_RETURN(const int64_t columns, GetCount(reader));
  if (columns > static_cast<int64_t>(reader.remaining())) {
    return absl::InvalidArgumentError(absl::StrCat("quality: ", columns, " columns"));
  }
  quality.columns.resize(static_cast<size_t>(columns));
  for (ColumnQuality& column : quality.columns) {
    MOTE_ASSIGN_OR_RETURN(column.imputed, GetCount(reader));
    MOTE_ASSIGN_OR_RETURN(column.not_numbers, GetCount(reader));
    MOTE_ASSIGN_OR_RETURN(column.unseen, GetCount(reader));
  }
  return quality;
}

Json Quality::ToJson(const Fitted& fitted, const Json& kept) const {
  Json json;
  Json reasons = Json::array();
  int64_t dropped_rows = 0;
  for (size_t i = 0; i < dropped.size(); ++i) {
    dropped_rows += dropped[i].rows;
    if (dropped[i].rows == 0) continue;
    reasons.push_back({{"reason", kReasons[i]}, {"rows", dropped[i].rows}, {"first_lines", dropped[i].lines}});
  }
  json["rows"] = {{"read", rows_read}, {"kept", kept}, {"dropped", dropped_rows}, {"unassigned", unassigned}};
  json["dropped"] = std::move(reasons);
  json["columns"] = Json::array();
  for (size_t i = 0; i < columns.size() && i < fitted.columns.size(); ++i) {
    json["columns"].push_back(ColumnJson(fitted.columns[i], columns[i]));
  }
  return json;
}

}  // namespace mote
