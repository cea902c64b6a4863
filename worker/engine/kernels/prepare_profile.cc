// `prepare.profile`: statistics of a task's training rows, for the reducer `profile`.
#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/json.h"
#include "common/prepare/cell.h"
#include "common/prepare/table_profile.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/column_counter.h"
#include "worker/engine/kernels/prepare_rows.h"

namespace mote::engine {
namespace {

class ProfilePass final : public PassKernel {
 public:
  ProfilePass(std::unique_ptr<PrepareRows> rows, std::vector<std::optional<NumberBounds>> bounds)
      : rows_(std::move(rows)), bounds_(std::move(bounds)) {
    bounds_.resize(rows_->dataset().schema.columns.size());
    const Cleaning& cleaning = rows_->options().cleaning;
    for (const Column& column : rows_->dataset().schema.columns) {
      numbers_only_.push_back(cleaning.IsNumbers(column.name));
      drops_missing_.push_back(cleaning.DropsMissing(column.name));
    }
    for (const size_t column : rows_->value_columns()) {
      if (bounds_[column] || numbers_only_[column]) checked_.push_back(column);
    }
  }

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    MOTE_RETURN_IF_ERROR(rows_->Seek(task, context));
    std::vector<ColumnCounter> counters = MakeCounters();
    TableProfile profile;
    Quality passed_over;  // the transforming pass counts these
    while (true) {
      MOTE_ASSIGN_OR_RETURN(const bool more, rows_->Next(&passed_over));
      if (!more) break;
      if (rows_->fits() && rows_->split() == 0 && IsKept()) {
        ++profile.training_rows;
        Count(counters);
      }
    }
    profile.rows_read = passed_over.rows_read;
    for (ColumnCounter& counter : counters) profile.columns.push_back(counter.Take());
    return profile.EncodeBounded(partial);
  }

 private:
  std::vector<ColumnCounter> MakeCounters() const {
    const PrepareOptions& options = rows_->options();
    std::vector<ColumnCounter> counters;
    for (const Column& column : rows_->dataset().schema.columns) {
      const bool needs_texts = options.Encodes(column.name) && !options.cleaning.hash.contains(column.name);
      counters.emplace_back(column.name, column.name == options.label || needs_texts);
    }
    return counters;
  }

  // Rows that the transforming pass will drop are no part of the statistics.
  bool IsKept() const {
    if (rows_->IsMissing(Trim(rows_->Cell(rows_->label_column())))) return false;
    if (rows_->MissesNeededValue()) return false;
    return std::none_of(checked_.begin(), checked_.end(), [this](size_t column) { return DropsRow(column); });
  }

  // The row is dropped for its value in a column of `checked_`.
  bool DropsRow(size_t column) const {
    const std::string_view cell = Trim(rows_->Cell(column));
    if (rows_->IsMissing(cell)) return false;
    const bool drops_missing = drops_missing_[column];
    const std::optional<double> number = ParseNumber(cell);
    if (!number.has_value()) return numbers_only_[column] && drops_missing;
    const std::optional<NumberBounds>& bounds = bounds_[column];
    if (!bounds || (*number >= bounds->low && *number <= bounds->high)) return false;
    const OutlierFate fate = rows_->options().cleaning.outliers.fate;
    return fate == OutlierFate::kDrop || (fate == OutlierFate::kMissing && drops_missing);
  }

  void Count(std::vector<ColumnCounter>& counters) const {
    const auto count = [&](size_t column) {
      const std::string_view cell = Trim(rows_->Cell(column));
      if (rows_->IsMissing(cell)) {
        counters[column].AddMissing();
      } else if (bounds_[column] || numbers_only_[column]) {
        CountNumber(column, cell, counters[column]);
      } else {
        counters[column].Add(cell);
      }
    };
    count(rows_->label_column());
    for (const size_t column : rows_->value_columns()) count(column);
  }

  // A column of numbers, whose outliers are known once they were looked for.
  void CountNumber(size_t column, std::string_view cell, ColumnCounter& counter) const {
    const std::optional<double> number = ParseNumber(cell);
    if (!number.has_value()) return numbers_only_[column] ? counter.AddMissing() : counter.Add(cell);
    const std::optional<NumberBounds>& bounds = bounds_[column];
    if (!bounds || (*number >= bounds->low && *number <= bounds->high)) return counter.Add(cell);
    if (rows_->options().cleaning.outliers.fate != OutlierFate::kClip) return counter.AddMissing();
    char text[32];
    const double nearest = *number < bounds->low ? bounds->low : bounds->high;
    const auto end = std::to_chars(text, text + sizeof(text), nearest).ptr;
    counter.Add(std::string_view(text, static_cast<size_t>(end - text)));
  }

  const std::unique_ptr<PrepareRows> rows_;
  std::vector<std::optional<NumberBounds>> bounds_;  // by column
  std::vector<bool> numbers_only_;                   // by column: what is no number is missing
  std::vector<bool> drops_missing_;                  // by column: its missing values drop the row
  std::vector<size_t> checked_;                      // columns whose numbers may drop a row
};

// The input "bounds", [null, [low, high], …] of each column; absent: nothing is treated yet.
absl::StatusOr<std::vector<std::optional<NumberBounds>>> ReadBounds(const PassSpec& pass, TaskContext& context) {
  std::vector<std::optional<NumberBounds>> bounds;
  const auto input = pass.inputs.find("bounds");
  if (input == pass.inputs.end()) return bounds;
  MOTE_ASSIGN_OR_RETURN(const std::string text, ReadValue(input->second, context));
  MOTE_ASSIGN_OR_RETURN(const Json list, ParseJson(text));
  for (const Json& entry : list) {
    bounds.emplace_back();
    if (!entry.is_null()) bounds.back() = {entry.at(0).get<double>(), entry.at(1).get<double>()};
  }
  return bounds;
}

class ProfileKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<PrepareRows> rows, PrepareRows::Open(pass, context));
    MOTE_ASSIGN_OR_RETURN(std::vector<std::optional<NumberBounds>> bounds, ReadBounds(pass, context));
    return std::make_unique<ProfilePass>(std::move(rows), std::move(bounds));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakePrepareProfileKernel() { return std::make_unique<ProfileKernel>(); }

}  // namespace mote::engine
