#include "worker/engine/kernels/feature_row.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/prepare/cell.h"
#include "common/suggest.h"

namespace mote::engine {
namespace {

bool IsOutside(const std::optional<NumberBounds>& bounds, double number) {
  return bounds && (number < bounds->low || number > bounds->high);
}

void CountBin(const DriftBins& bins, size_t table, int64_t bin, ColumnQuality* quality) {
  if (quality->bins.empty()) return;
  ++quality->bins[table * bins.shares.size() + static_cast<size_t>(bin)];
}

// Which bin each category belongs to, and, last, what is none of them.
std::vector<int64_t> BinsOf(const FittedColumn& column) {
  std::vector<int64_t> bins(column.categories.size() + 1, column.bins.OfOther());
  for (size_t i = 0; i < column.categories.size(); ++i) {
    const auto& named = column.bins.categories;
    const auto found = std::find(named.begin(), named.end(), column.categories[i]);
    if (found != named.end()) bins[i] = found - named.begin();
  }
  return bins;
}

}  // namespace

TextTable PlacesOf(const std::vector<std::string>& names) {
  TextTable places;
  for (const std::string& name : names) places.Add(name);
  return places;
}

absl::StatusOr<std::vector<size_t>> MatchColumns(const Fitted& fitted, const Dataset& dataset) {
  std::vector<std::string> known;
  for (const Column& column : dataset.schema.columns) known.push_back(column.name);
  std::vector<size_t> columns;
  std::string lacking;
  int count = 0;
  for (const FittedColumn& column : fitted.columns) {
    columns.push_back(SIZE_MAX);
    if (column.width() == 0) {
      if (column.kind == ColumnKind::kOmitted) columns.back() = dataset.schema.Find(column.name).value_or(SIZE_MAX);
      continue;
    }
    if (const auto found = dataset.schema.Find(column.name)) {
      columns.back() = *found;
    } else if (++count <= 3) {
      absl::StrAppend(&lacking, count == 1 ? "" : ", ", "\"", column.name, "\"", DidYouMean(column.name, known));
    }
  }
  if (count == 0) return columns;
  return absl::InvalidArgumentError(absl::StrCat("what was fitted does not fit \"", dataset.name, "\": it lacks ",
                                                 lacking, count > 3 ? absl::StrCat(" and ", count - 3, " more") : "",
                                                 "; give a table with the columns of the training data"));
}

FeatureRow::FeatureRow(const Fitted& fitted, const PrepareRows& rows, std::vector<size_t> columns)
    : fitted_(fitted),
      rows_(rows),
      columns_(std::move(columns)),
      drops_rows_(fitted.DropsRows()),
      x_(fitted.features.size()) {
  for (size_t i = 0; i < fitted_.columns.size(); ++i) {
    const FittedColumn& column = fitted_.columns[i];
    if (column.kind == ColumnKind::kNumber) {
      numbers_.push_back({i, static_cast<size_t>(column.first_feature), column.bounds, column.center, column.scale,
                          column.Scaled(column.impute_number), &column.bins});
    }
    if (column.kind == ColumnKind::kHashed) hashed_.push_back(i);
    const bool is_counted = column.kind == ColumnKind::kOmitted && columns_[i] != SIZE_MAX;
    if (is_counted && !rows.options().Drops(column.name)) omitted_.push_back(i);
    if (column.kind != ColumnKind::kCategory && column.kind != ColumnKind::kOrdinal) continue;
    categories_.push_back({i, PlacesOf(column.categories), 0, BinsOf(column)});
    categories_.back().imputed = categories_.back().places.Find(column.impute_text);
  }
}

std::optional<DropReason> FeatureRow::Drops() const {
  if (!drops_rows_) return std::nullopt;
  for (size_t i = 0; i < fitted_.columns.size(); ++i) {
    const FittedColumn& column = fitted_.columns[i];
    if (columns_[i] == SIZE_MAX) continue;
    const std::string_view cell = Cell(i);
    const bool missing = rows_.IsMissing(cell);
    if (missing && column.drops_missing) return DropReason::kMissingValue;
    if (missing || column.kind != ColumnKind::kNumber) continue;
    const std::optional<double> number = ParseNumber(cell);
    const bool usable = number && std::isfinite(column.Scaled(*number));
    if (!usable && column.drops_missing) return DropReason::kMissingValue;
    if (!number || !IsOutside(column.bounds, *number)) continue;
    if (fitted_.outliers == OutlierFate::kDrop) return DropReason::kOutlier;
    if (fitted_.outliers == OutlierFate::kMissing && column.drops_missing) return DropReason::kOutlier;
  }
  return std::nullopt;
}

void FeatureRow::CountMissing(Quality* quality) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    const bool is_named =
        fitted_.columns[i].kind == ColumnKind::kOmitted && rows_.options().Drops(fitted_.columns[i].name);
    if (columns_[i] != SIZE_MAX && !is_named) quality->columns[i].missing += rows_.IsMissing(Cell(i));
  }
}

const std::vector<float>& FeatureRow::Fill(size_t table, Quality* quality) {
  std::fill(x_.begin(), x_.end(), 0.0f);
  for (const Number& number : numbers_) FillNumber(number, table, &quality->columns[number.column]);
  for (const Category& category : categories_) FillCategory(category, table, &quality->columns[category.column]);
  for (const size_t i : hashed_) FillHashed(i, &quality->columns[i]);
  for (const size_t i : omitted_) quality->columns[i].missing += rows_.IsMissing(Cell(i));
  return x_;
}

void FeatureRow::FillNumber(const Number& column, size_t table, ColumnQuality* quality) {
  const std::string_view cell = Cell(column.column);
  const bool missing = rows_.IsMissing(cell);
  quality->missing += missing;
  double number = missing ? kNoNumber : NumberOf(cell);
  quality->not_numbers += !missing && std::isnan(number);
  if (IsOutside(column.bounds, number)) {
    ++quality->outliers;
    const bool clips = fitted_.outliers == OutlierFate::kClip;
    number = clips ? std::clamp(number, column.bounds->low, column.bounds->high) : kNoNumber;
  }
  float x = column.scale == 0 ? 0.0F : static_cast<float>((number - column.center) / column.scale);
  if (!std::isfinite(x) && !std::isnan(number)) {
    ++quality->not_numbers;
    number = kNoNumber;
  }
  const bool known = !std::isnan(number);
  if (!known) {
    ++quality->imputed;
    x = column.imputed;
  }
  CountBin(*column.bins, table, known ? column.bins->OfNumber(number) : column.bins->OfMissing(), quality);
  x_[column.feature] = x;
}

void FeatureRow::FillCategory(const Category& category, size_t table, ColumnQuality* quality) {
  const FittedColumn& column = fitted_.columns[category.column];
  const std::string_view cell = Cell(category.column);
  const bool missing = rows_.IsMissing(cell);
  const size_t place = missing ? category.imputed : category.places.Find(cell);
  const bool known = place < category.places.size();
  quality->missing += missing;
  quality->imputed += missing;
  quality->unseen += !known;
  CountBin(column.bins, table, missing ? column.bins.OfMissing() : category.bins[place], quality);
  if (column.kind == ColumnKind::kOrdinal) {
    x_[static_cast<size_t>(column.first_feature)] = known ? static_cast<float>(place) : -1.0F;
  } else if (known) {
    x_[static_cast<size_t>(column.first_feature) + place] = 1.0F;
  }
}

void FeatureRow::FillHashed(size_t i, ColumnQuality* quality) {
  const FittedColumn& column = fitted_.columns[i];
  const std::string_view cell = Cell(i);
  if (rows_.IsMissing(cell)) {
    ++quality->missing;
    ++quality->imputed;  // all zeros
    return;
  }
  x_[static_cast<size_t>(column.first_feature + HashBucket(cell, column.buckets))] = 1.0f;
}

}  // namespace mote::engine
