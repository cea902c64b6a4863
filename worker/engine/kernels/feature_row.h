// One row of a table turned into features, as was fitted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/dataset.h"
#include "common/prepare/cell.h"
#include "common/prepare/fitted.h"
#include "common/prepare/quality.h"
#include "worker/engine/kernels/prepare_rows.h"
#include "worker/engine/kernels/text_table.h"

namespace mote::engine {

// Names, numbered by their place in the list, each of which is there once.
TextTable PlacesOf(const std::vector<std::string>& names);

// Where each fitted column lies among the table's; SIZE_MAX for the label, and for one
// without features that the table lacks.
//
// InvalidArgument: the table lacks some; names them and what may have been meant.
absl::StatusOr<std::vector<size_t>> MatchColumns(const Fitted& fitted, const Dataset& dataset);

// Not thread-safe. `fitted` and `rows` must outlive it.
class FeatureRow {
 public:
  FeatureRow(const Fitted& fitted, const PrepareRows& rows, std::vector<size_t> columns);

  // Why the row that `rows` stands at is to be left out; nullopt: it is not.
  std::optional<DropReason> Drops() const;
  // Counts what the row misses in `quality`, of a row that is left out.
  void CountMissing(Quality* quality) const;
  // The row's features; counts what was done in `quality`. The row belongs to table
  // `table`. Valid until the next call.
  const std::vector<float>& Fill(size_t table, Quality* quality);

 private:
  // A fitted column of numbers: what each row needs of it.
  struct Number {
    size_t column = 0;  // among the fitted ones
    size_t feature = 0;
    std::optional<NumberBounds> bounds;
    double center = 0, scale = 1;  // as in FittedColumn
    float imputed = 0;             // x of a missing value
    const DriftBins* bins = nullptr;
  };

  // A fitted column of categories.
  struct Category {
    size_t column = 0;  // among the fitted ones
    TextTable places;
    size_t imputed = 0;         // the place of a missing value; places.size(): of none
    std::vector<int64_t> bins;  // of each place, and of what is none
  };

  void FillNumber(const Number& number, size_t table, ColumnQuality* quality);
  void FillCategory(const Category& category, size_t table, ColumnQuality* quality);
  void FillHashed(size_t i, ColumnQuality* quality);
  std::string_view Cell(size_t i) const { return Trim(rows_.Cell(columns_[i])); }

  const Fitted& fitted_;
  const PrepareRows& rows_;
  const std::vector<size_t> columns_;  // of the table, by fitted column
  const bool drops_rows_;
  std::vector<Number> numbers_;
  std::vector<Category> categories_;
  std::vector<size_t> hashed_;   // fitted columns
  std::vector<size_t> omitted_;  // fitted columns without features that are looked at all the same
  std::vector<float> x_;
};

}  // namespace mote::engine
