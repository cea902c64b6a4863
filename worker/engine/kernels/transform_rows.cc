#include "worker/engine/kernels/transform_rows.h"

#include <algorithm>
#include <utility>

#include "common/bytes.h"
#include "common/json.h"
#include "common/prepare/cell.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/kernels/quarantine.h"

namespace mote::engine {
TransformRows::TransformRows(std::unique_ptr<PrepareRows> rows, Fitted fitted, std::vector<size_t> columns)
    : rows_(std::move(rows)), fitted_(std::move(fitted)), classes_(PlacesOf(fitted_.classes)) {
  features_ = std::make_unique<FeatureRow>(fitted_, *rows_, std::move(columns));
  schema_.columns = {{"row", DType::kI64, 1}, {"x", DType::kF32, static_cast<int64_t>(fitted_.features.size())}};
  if (rows_->has_label()) schema_.columns.push_back({"label", DType::kI64, 1, CarriedClasses(fitted_.classes)});
  if (rows_->has_group()) schema_.columns.push_back({kGroupColumn, DType::kI64, 1});
  const auto is_label = [](const FittedColumn& column) { return column.kind == ColumnKind::kLabel; };
  label_ = std::find_if(fitted_.columns.begin(), fitted_.columns.end(), is_label) - fitted_.columns.begin();
}

absl::StatusOr<std::unique_ptr<TransformRows>> TransformRows::Open(const PassSpec& pass, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<PrepareRows> rows, PrepareRows::Open(pass, source));
  const auto input = pass.inputs.find("fitted");
  if (input == pass.inputs.end())
    return absl::InvalidArgumentError("prepare.transform: the input \"fitted\" is missing");
  MOTE_ASSIGN_OR_RETURN(const std::string text, ReadValue(input->second, source));
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(text));
  MOTE_ASSIGN_OR_RETURN(Fitted fitted, Fitted::FromJson(json));
  MOTE_ASSIGN_OR_RETURN(std::vector<size_t> columns, MatchColumns(fitted, rows->dataset()));
  return std::unique_ptr<TransformRows>(new TransformRows(std::move(rows), std::move(fitted), std::move(columns)));
}

absl::StatusOr<TransformedRows> TransformRows::Run(int64_t task, BlobSource& source) {
  MOTE_RETURN_IF_ERROR(rows_->Seek(task, source));
  const size_t count = rows_->options().TableNames().size();
  TransformedRows made;
  made.quality = Quality::For(fitted_, count);
  std::vector<TableBuilder> tables(count, TableBuilder(schema_));
  table_bytes_.resize(count);
  for (size_t i = 0; i < count; ++i) tables[i].Reserve(table_bytes_[i] + table_bytes_[i] / 8);
  TableBuilder quarantined(QuarantineSchema());
  while (true) {
    MOTE_ASSIGN_OR_RETURN(const bool more, rows_->Next(&made.quality));
    if (!more) break;
    const std::optional<DropReason> reason = AddRow(tables[static_cast<size_t>(rows_->split())], &made.quality);
    if (!reason) continue;
    made.quality.Drop(*reason, rows_->line());
    AddQuarantined(rows_->row(), rows_->line(), Text(*reason), rows_->Record(), &quarantined);
  }
  for (size_t i = 0; i < count; ++i) {
    table_bytes_[i] = tables[i].bytes();
    made.tables.push_back(tables[i].Take());
  }
  made.tables.push_back(quarantined.Take());
  return made;
}

std::optional<DropReason> TransformRows::AddRow(TableBuilder& table, Quality* quality) {
  if (!rows_->fits()) return DropReason::kMisfit;
  const bool labelled = rows_->has_label();
  int64_t label_class = kUnknownClass;
  std::optional<DropReason> reason;
  if (labelled) {
    const std::string_view label = Trim(rows_->Cell(rows_->label_column()));
    const bool missing = rows_->IsMissing(label);
    const size_t place = missing ? classes_.size() : classes_.Find(label);
    if (place < classes_.size()) label_class = static_cast<int64_t>(place);
    quality->columns[label_].missing += missing;
    quality->columns[label_].unseen += !missing && label_class == kUnknownClass;
    // Who is yet to be judged has no label; nothing is learnt from rows that are applied to.
    if (label_class == kUnknownClass && !rows_->options().applies) {
      reason = missing ? DropReason::kNoLabel : DropReason::kUnknownLabel;
    }
  }
  if (!reason) reason = features_->Drops();
  if (reason) {
    features_->CountMissing(quality);
    return reason;
  }
  const std::vector<float>& x = features_->Fill(static_cast<size_t>(rows_->split()), quality);
  row_.clear();
  ByteWriter writer(&row_);
  writer.Put(rows_->row());
  writer.PutRaw({reinterpret_cast<const char*>(x.data()), x.size() * sizeof(float)});
  if (labelled) writer.Put(label_class);
  if (rows_->has_group()) writer.Put(rows_->Group());
  table.AddRow(row_);
  return std::nullopt;
}

}  // namespace mote::engine
