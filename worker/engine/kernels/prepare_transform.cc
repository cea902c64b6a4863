// `prepare.transform`: a task's rows as row:i64, x:f32[features], label:i64, each in
// the table of its split, and what became of every row; for the reducer `splits`.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/json.h"
#include "common/prepare/cell.h"
#include "common/prepare/fitted.h"
#include "common/reducers/splits.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/prepare_rows.h"

namespace mote::engine {
namespace {

// Names to places, keyed by views into `names`.
using Places = absl::flat_hash_map<absl::string_view, int64_t>;

Places PlacesOf(const std::vector<std::string>& names) {
  Places places;
  for (size_t i = 0; i < names.size(); ++i) places.emplace(names[i], static_cast<int64_t>(i));
  return places;
}

std::optional<int64_t> Find(const Places& places, std::string_view name) {
  const auto found = places.find(absl::string_view(name.data(), name.size()));
  if (found == places.end()) return std::nullopt;
  return found->second;
}

class TransformPass final : public PassKernel {
 public:
  TransformPass(std::unique_ptr<PrepareRows> rows, Fitted fitted)
      : rows_(std::move(rows)), fitted_(std::move(fitted)), classes_(PlacesOf(fitted_.classes)) {
    for (const FittedColumn& column : fitted_.columns) categories_.push_back(PlacesOf(column.categories));
    for (const size_t i : rows_->value_columns()) {
      if (fitted_.columns[i].kind == ColumnKind::kNumber) number_columns_.push_back(i);
      if (fitted_.columns[i].kind == ColumnKind::kCategory) category_columns_.push_back(i);
    }
    schema_.columns = {{"row", DType::kI64, 1},
                       {"x", DType::kF32, static_cast<int64_t>(fitted_.features.size())},
                       {"label", DType::kI64, 1, CarriedClasses(fitted_.classes)}};
    x_.resize(fitted_.features.size());
  }

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    MOTE_RETURN_IF_ERROR(rows_->Seek(task, context));
    quality_ = Quality();
    quality_.columns.resize(fitted_.columns.size());
    std::vector<TableBuilder> tables(rows_->options().TableNames().size(), TableBuilder(schema_));
    while (true) {
      MOTE_ASSIGN_OR_RETURN(const bool more, rows_->Next(&quality_));
      if (!more) break;
      AddRow(tables[static_cast<size_t>(rows_->split())]);
    }
    std::vector<Table> done;
    for (TableBuilder& table : tables) done.push_back(table.Take());
    return SplitsLeaf(done, quality_, partial, context.blobs());
  }

 private:
  void AddRow(TableBuilder& table) {
    const std::string_view label = Trim(rows_->Cell(rows_->label_column()));
    if (rows_->IsMissing(label)) return quality_.Drop(DropReason::kNoLabel, rows_->line());
    const std::optional<int64_t> label_class = Find(classes_, label);
    if (!label_class.has_value()) return quality_.Drop(DropReason::kUnknownLabel, rows_->line());
    const bool drops = rows_->options().impute == Impute::kDrop;
    const bool usable = !drops || !rows_->MissesValue();
    if (!usable || !FillFeatures(drops)) return quality_.Drop(DropReason::kMissingValue, rows_->line());
    table.AddI64(rows_->row());
    table.AddF32s(x_.data(), static_cast<int64_t>(x_.size()));
    table.AddI64(*label_class);
  }

  // False: a number is none, and nothing may be filled in.
  bool FillFeatures(bool drops) {
    std::fill(x_.begin(), x_.end(), 0.0f);
    for (const size_t i : number_columns_) {
      if (!FillNumber(i, fitted_.columns[i], Trim(rows_->Cell(i)), drops)) return false;
    }
    for (const size_t i : category_columns_) FillCategory(i, fitted_.columns[i], Trim(rows_->Cell(i)));
    return true;
  }

  void FillCategory(size_t i, const FittedColumn& column, std::string_view cell) {
    const bool missing = rows_->IsMissing(cell);
    const std::optional<int64_t> place = Find(categories_[i], missing ? std::string_view(column.impute_text) : cell);
    quality_.columns[i].imputed += missing;
    if (place.has_value()) {
      x_[static_cast<size_t>(column.first_feature + *place)] = 1.0f;
    } else {
      ++quality_.columns[i].unseen;
    }
  }

  bool FillNumber(size_t i, const FittedColumn& column, std::string_view cell, bool drops) {
    const bool missing = rows_->IsMissing(cell);
    const std::optional<double> number = missing ? std::nullopt : ParseNumber(cell);
    float value = number.has_value() ? Scale(column, *number) : 0.0f;
    if (!number.has_value() || !std::isfinite(value)) {
      if (drops) return false;
      ++quality_.columns[i].imputed;
      quality_.columns[i].not_numbers += !missing;
      value = Scale(column, column.impute_number);
    }
    x_[static_cast<size_t>(column.first_feature)] = value;
    return true;
  }

  float Scale(const FittedColumn& column, double value) const {
    if (!rows_->options().z_score) return static_cast<float>(value);
    return column.std == 0 ? 0.0f : static_cast<float>((value - column.mean) / column.std);
  }

  const std::unique_ptr<PrepareRows> rows_;
  const Fitted fitted_;
  const Places classes_;
  std::vector<Places> categories_;  // by column
  std::vector<size_t> number_columns_;
  std::vector<size_t> category_columns_;
  Schema schema_;
  std::vector<float> x_;
  Quality quality_;
};

class TransformKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<PrepareRows> rows, PrepareRows::Open(pass, context));
    const auto input = pass.inputs.find("fitted");
    if (input == pass.inputs.end())
      return absl::InvalidArgumentError("prepare.transform: the input \"fitted\" is missing");
    MOTE_ASSIGN_OR_RETURN(const std::string text, ReadValue(input->second, context));
    MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(text));
    MOTE_ASSIGN_OR_RETURN(Fitted fitted, Fitted::FromJson(json));
    if (fitted.columns.size() != rows->dataset().schema.columns.size()) {
      return absl::InvalidArgumentError("prepare.transform: what was fitted is of another table");
    }
    return std::make_unique<TransformPass>(std::move(rows), std::move(fitted));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakePrepareTransformKernel() { return std::make_unique<TransformKernel>(); }

}  // namespace mote::engine
