#include "common/prepare/quality.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/varint.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr const char* kReasons[kDropReasons] = {"does not fit the columns: another number of them, or no such record",
                                                "label is missing", "label is not one of the training rows'",
                                                "a value is missing or not a number", "a value is an outlier"};

void PutCounts(const FittedColumn& column, const ColumnQuality& quality, Json* json) {
  if (column.kind == ColumnKind::kNumber) {
    (*json)["not_numbers"] = quality.not_numbers;
    if (column.bounds) (*json)["outliers"] = quality.outliers;
    if (column.approximate) (*json)["note"] = "the imputed value is approximate: the column has many distinct values";
    return;
  }
  if (column.kind == ColumnKind::kHashed) return;
  (*json)["categories"] = column.categories.size();
  (*json)["unseen_categories"] = quality.unseen;
}

Json ColumnJson(const FittedColumn& column, const ColumnQuality& quality) {
  static constexpr const char* kKinds[] = {"number", "category", "ordinal", "hashed", "label", "omitted"};
  Json json = {{"name", column.name}, {"kind", kKinds[static_cast<int>(column.kind)]}, {"missing", quality.missing}};
  if (column.kind == ColumnKind::kOmitted) json["reason"] = column.reason;
  if (column.kind == ColumnKind::kLabel && quality.unseen > 0) json["unknown"] = quality.unseen;
  if (column.width() == 0) return json;
  json["imputed"] = quality.imputed;
  PutCounts(column, quality, &json);
  return json;
}

bool IsTraining(const std::string& table) { return table == "train" || table == "all"; }

// What is over a limit, for the first few columns.
class Excesses {
 public:
  void Add(const std::string& what, double value, std::optional<double> limit, const char* name) {
    if (!limit || !(value > *limit)) return;
    if (++count_ <= kShownMax) {
      absl::StrAppend(&text_, count_ == 1 ? "" : "; ", what, " is ", value, ", above quality.", name, ": ", *limit);
    }
  }
  // What the limit max_drift is about is not measured.
  void AddUnknown(const std::string& what) {
    if (unknown_.empty()) unknown_ = what;
  }
  absl::Status ToStatus() const {
    if (!unknown_.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "quality.max_drift: ", unknown_,
          " is not measured: there are too many columns, splits or distinct values to keep how all of them are spread; "
          "leave the limit out, or columns with drop_columns"));
    }
    if (count_ == 0) return absl::OkStatus();
    const std::string more = count_ > kShownMax ? absl::StrCat("; and ", count_ - kShownMax, " more") : "";
    return absl::InvalidArgumentError(
        absl::StrCat("the data is not good enough to go on: ", text_, more, "; mend the data or raise the limit"));
  }

 private:
  static constexpr int kShownMax = 5;
  int count_ = 0;
  std::string text_;
  std::string unknown_;
};

}  // namespace

const char* Text(DropReason reason) { return kReasons[static_cast<size_t>(reason)]; }

Quality Quality::For(const Fitted& fitted, size_t tables) {
  Quality quality;
  quality.columns.resize(fitted.columns.size());
  size_t bins = 0;
  for (const FittedColumn& column : fitted.columns) bins += column.bins.shares.size() * tables;
  if (bins > static_cast<size_t>(kDriftBinsMax)) return quality;
  for (size_t i = 0; i < fitted.columns.size(); ++i) {
    quality.columns[i].bins.resize(fitted.columns[i].bins.shares.size() * tables);
  }
  return quality;
}

std::optional<double> Quality::Drift(const Fitted& fitted, size_t column, size_t table) const {
  const DriftBins& bins = fitted.columns[column].bins;
  const std::vector<int64_t>& counts = columns[column].bins;
  const size_t begin = table * bins.shares.size();
  if (bins.empty() || counts.size() < begin + bins.shares.size()) return std::nullopt;
  return bins.StabilityIndex(counts.data() + begin);
}

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
    columns[i].missing += other.columns[i].missing;
    columns[i].imputed += other.columns[i].imputed;
    columns[i].not_numbers += other.columns[i].not_numbers;
    columns[i].unseen += other.columns[i].unseen;
    columns[i].outliers += other.columns[i].outliers;
    if (columns[i].bins.size() != other.columns[i].bins.size()) {
      return absl::InvalidArgumentError("quality of one number of bins meets that of another");
    }
    for (size_t bin = 0; bin < columns[i].bins.size(); ++bin) columns[i].bins[bin] += other.columns[i].bins[bin];
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
    put(column.missing);
    put(column.imputed);
    put(column.not_numbers);
    put(column.unseen);
    put(column.outliers);
    put(static_cast<int64_t>(column.bins.size()));
    for (const int64_t count : column.bins) put(count);
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
    MOTE_ASSIGN_OR_RETURN(column.missing, GetCount(reader));
    MOTE_ASSIGN_OR_RETURN(column.imputed, GetCount(reader));
    MOTE_ASSIGN_OR_RETURN(column.not_numbers, GetCount(reader));
    MOTE_ASSIGN_OR_RETURN(column.unseen, GetCount(reader));
    MOTE_ASSIGN_OR_RETURN(column.outliers, GetCount(reader));
    MOTE_ASSIGN_OR_RETURN(const int64_t bins, GetCount(reader));
    if (bins > static_cast<int64_t>(reader.remaining())) {
      return absl::InvalidArgumentError(absl::StrCat("quality: ", bins, " bins"));
    }
    column.bins.resize(static_cast<size_t>(bins));
    for (int64_t& count : column.bins) {
      MOTE_ASSIGN_OR_RETURN(count, GetCount(reader));
    }
  }
  return quality;
}

Json Quality::ToJson(const Fitted& fitted, const std::vector<std::string>& names, const Json& kept) const {
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
    Json column = ColumnJson(fitted.columns[i], columns[i]);
    for (size_t table = 0; table < names.size(); ++table) {
      const std::optional<double> drift = IsTraining(names[table]) ? std::nullopt : Drift(fitted, i, table);
      if (drift) column["drift"][names[table]] = *drift;
    }
    json["columns"].push_back(std::move(column));
  }
  return json;
}

absl::Status Quality::Check(const QualityLimits& limits, const Fitted& fitted,
                            const std::vector<std::string>& names) const {
  Excesses excesses;
  int64_t dropped_rows = 0;
  for (const Dropped& entry : dropped) dropped_rows += entry.rows;
  const auto share = [](int64_t part, int64_t all) {
    return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
  };
  excesses.Add("the share of rows dropped", share(dropped_rows, rows_read), limits.max_dropped, "max_dropped");
  const int64_t kept = rows_read - dropped_rows - unassigned;
  const int64_t whole = rows_read - unassigned - dropped[static_cast<size_t>(DropReason::kMisfit)].rows;
  for (size_t i = 0; i < columns.size() && i < fitted.columns.size(); ++i) {
    const FittedColumn& column = fitted.columns[i];
    if (column.kind == ColumnKind::kLabel) continue;
    const std::string of = absl::StrCat(" of column \"", column.name, "\"");
    excesses.Add("the share of missing values" + of, share(columns[i].missing + columns[i].not_numbers, whole),
                 limits.max_missing, "max_missing");
    excesses.Add("the share of outliers" + of, share(columns[i].outliers, kept), limits.max_outliers, "max_outliers");
    excesses.Add("the share of unseen categories" + of, share(columns[i].unseen, kept), limits.max_unseen,
                 "max_unseen");
    for (size_t table = 0; table < names.size(); ++table) {
      if (IsTraining(names[table]) || !limits.max_drift) continue;
      const std::optional<double> drift = Drift(fitted, i, table);
      // Nobody has an idea of how hashed texts are spread.
      if (!drift && column.width() > 0 && column.kind != ColumnKind::kHashed) excesses.AddUnknown("the drift" + of);
      excesses.Add(absl::StrCat("the drift", of, " in ", names[table]), drift.value_or(0), limits.max_drift,
                   "max_drift");
    }
  }
  return excesses.ToStatus();
}

}  // namespace mote
