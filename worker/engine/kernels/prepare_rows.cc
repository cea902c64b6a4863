#include "worker/engine/kernels/prepare_rows.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/cell.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"

namespace mote::engine {

PrepareRows::PrepareRows(Dataset dataset, PrepareOptions options, int64_t rows_per_task)
    : dataset_(std::move(dataset)),
      options_(std::move(options)),
      splits_(options_, dataset_.rows),
      rows_per_task_(rows_per_task) {
  for (const std::string& text : options_.missing) missing_sizes_ |= uint64_t{1} << std::min<size_t>(text.size(), 63);
  for (size_t i = 0; i < dataset_.schema.columns.size(); ++i) {
    const std::string& name = dataset_.schema.columns[i].name;
    if (name == options_.label) {
      label_column_ = i;
    } else if (!options_.Drops(name)) {
      value_columns_.push_back(i);
    }
  }
}

absl::StatusOr<std::unique_ptr<PrepareRows>> PrepareRows::Open(const PassSpec& pass, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
  MOTE_ASSIGN_OR_RETURN(PrepareOptions options, PrepareOptions::Parse(parameters));
  const auto input = pass.inputs.find("input");
  if (input == pass.inputs.end()) return absl::InvalidArgumentError("prepare: the pass has no input");
  MOTE_ASSIGN_OR_RETURN(const std::string encoded, ReadValue(input->second, context));
  MOTE_ASSIGN_OR_RETURN(Dataset dataset, Dataset::Decode(encoded));
  if (dataset.format != DatasetFormat::kCsv) {
    return absl::InvalidArgumentError(
        "prepare reads the rows of a CSV file; name an input of the form {csv: {path: …}}");
  }
  MOTE_RETURN_IF_ERROR(options.CheckColumns(dataset.schema, dataset.name));
  std::unique_ptr<PrepareRows> rows(
      new PrepareRows(std::move(dataset), std::move(options), parameters.at("rows_per_task").get<int64_t>()));
  MOTE_ASSIGN_OR_RETURN(rows->cursor_, TextCursor::Open(rows->dataset_, context));
  return rows;
}

absl::Status PrepareRows::Seek(int64_t task, TaskContext& context) {
  const int64_t begin = task * rows_per_task_;
  return cursor_->Seek({begin, std::min(begin + rows_per_task_, dataset_.rows)}, context);
}

absl::StatusOr<bool> PrepareRows::Next(Quality* quality) {
  while (true) {
    MOTE_ASSIGN_OR_RETURN(const bool more, cursor_->Next(&cells_));
    if (!more) return false;
    ++quality->rows_read;
    if (cells_.size() != dataset_.schema.columns.size()) {
      if (!options_.skip_bad_rows) return RaggedRow(dataset_, row(), line(), cells_.size());
      quality->Drop(DropReason::kColumnCount, line());
      continue;
    }
    split_ = splits_.Of(row());
    if (split_ >= 0) return true;
    ++quality->unassigned;
  }
}

bool PrepareRows::MissesValue() const {
  return std::any_of(value_columns_.begin(), value_columns_.end(),
                     [this](size_t column) { return IsMissing(Trim(cells_[column])); });
}

}  // namespace mote::engine
