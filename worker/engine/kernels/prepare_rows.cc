#include "worker/engine/kernels/prepare_rows.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/cell.h"
#include "common/prepare/order_cuts.h"
#include "common/status_macros.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {

PrepareRows::PrepareRows(std::unique_ptr<CellCursor> cursor, PrepareOptions options, int64_t rows_per_task)
    : cursor_(std::move(cursor)),
      options_(std::move(options)),
      splits_(options_, dataset().rows),
      rows_per_task_(rows_per_task) {
  for (const std::string& text : options_.missing) {
    missing_.Add(text);
    const char first = text.empty() ? '\0' : text[0];
    if (text.size() < missing_starts_.size()) missing_starts_[text.size()].set(static_cast<unsigned char>(first));
  }
  for (size_t i = 0; i < dataset().schema.columns.size(); ++i) {
    const std::string& name = dataset().schema.columns[i].name;
    if (name == options_.label) {
      label_column_ = i;
    } else if (!options_.Drops(name)) {
      value_columns_.push_back(i);
      if (options_.cleaning.DropsMissing(name)) needed_columns_.push_back(i);
    }
    if (!options_.group.empty() && name == options_.group) group_column_ = i;
    if (!options_.split_column().empty() && name == options_.split_column()) split_column_ = i;
  }
}

absl::StatusOr<std::unique_ptr<PrepareRows>> PrepareRows::Open(const PassSpec& pass, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
  MOTE_ASSIGN_OR_RETURN(PrepareOptions options, PrepareOptions::Parse(parameters));
  const auto input = pass.inputs.find("input");
  if (input == pass.inputs.end()) return absl::InvalidArgumentError("prepare: the pass has no input");
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<CellCursor> cursor, CellCursor::Open(input->second, source));
  const Dataset& dataset = cursor->dataset();
  if (!options.applies) MOTE_RETURN_IF_ERROR(options.CheckColumns(dataset.schema, dataset.name));
  auto rows = std::unique_ptr<PrepareRows>(
      new PrepareRows(std::move(cursor), std::move(options), parameters.at("rows_per_task").get<int64_t>()));
  if (!rows->options().stratify.empty()) {
    MOTE_ASSIGN_OR_RETURN(const Value* const counts, InputOf(pass, "strata"));
    MOTE_ASSIGN_OR_RETURN(rows->strata_, Strata::Open(*counts, rows->options(), source));
  }
  if (!rows->options().order_column.empty()) {
    MOTE_ASSIGN_OR_RETURN(const std::vector<OrderCut> cuts, DecodeCuts(parameters.at("cuts")));
    for (const OrderCut& cut : cuts) rows->cuts_.push_back(cut.high);
  }
  return rows;
}

absl::Status PrepareRows::Seek(int64_t task, BlobSource& source) {
  if (strata_ != nullptr) strata_->Seek(task);
  const int64_t begin = task * rows_per_task_;
  return cursor_->Seek({begin, std::min(begin + rows_per_task_, dataset().rows)}, source);
}

absl::StatusOr<bool> PrepareRows::Next(Quality* quality) {
  while (true) {
    MOTE_ASSIGN_OR_RETURN(const bool more, cursor_->Next(&cells_));
    if (!more) return false;
    ++quality->rows_read;
    if (!cursor_->fits()) {
      if (!options_.skip_bad_rows) return cursor_->MisfitError();
      split_ = 0;
      return true;
    }
    MOTE_ASSIGN_OR_RETURN(split_, SplitOfRow());
    if (split_ >= 0) return true;
    ++quality->unassigned;
  }
}

absl::StatusOr<int> PrepareRows::SplitOfRow() {
  if (group_column_ != SIZE_MAX) return splits_.OfGroup(Trim(cells_[group_column_]));
  if (split_column_ == SIZE_MAX) return DrawnSplit();
  const std::string_view cell = Trim(cells_[split_column_]);
  if (strata_ != nullptr) return strata_->Next(StratumOf(options_, cell));
  const std::optional<OrderValue> value = IsMissing(cell) ? std::nullopt : ParseOrderValue(cell);
  if (value) return SplitAt(cuts_, OrderKey{value->value, row()});
  return absl::InvalidArgumentError(absl::StrCat("split.order: row=", row(), " has no place in the order of \"",
                                                 options_.order_column, "\"; the input is another one by now"));
}

int PrepareRows::DrawnSplit() {
  if (row() < next_splits_begin_ || row() >= next_splits_begin_ + kSplitRows) {
    next_splits_begin_ = row();
    splits_.Of(row(), std::min(row() + kSplitRows, dataset().rows), next_splits_.data());
  }
  return next_splits_[static_cast<size_t>(row() - next_splits_begin_)];
}

bool PrepareRows::IsListed(std::string_view cell) const { return missing_.Find(cell) < missing_.size(); }

bool PrepareRows::MissesNeededValue() const {
  return std::any_of(needed_columns_.begin(), needed_columns_.end(),
                     [this](size_t column) { return IsMissing(Trim(cells_[column])); });
}

}  // namespace mote::engine
