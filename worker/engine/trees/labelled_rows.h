// Features and labels of a table with the columns x:f32[…] and label, for trees.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/table.h"

namespace mote::engine {

// Points into the table that it was made of.
class LabelledRows {
 public:
  // `first_row`: of the table in its dataset, for messages.
  //
  //   InvalidArgument  a column is missing or of another type
  static absl::StatusOr<LabelledRows> Open(const Table& table, int64_t first_row) {
    const std::optional<size_t> x = table.schema.Find("x");
    const std::optional<size_t> label = table.schema.Find("label");
    const bool fits = x.has_value() && label.has_value() && table.schema.columns[*x].dtype == DType::kF32 &&
                      table.schema.columns[*label].dtype != DType::kText && table.schema.columns[*label].width == 1;
    if (!fits) {
      return absl::InvalidArgumentError(
          absl::StrCat("columns ", table.schema.ToString(), ": x:f32[…] and a label that is a number are needed"));
    }
    absl::StatusOr<TableView> view = TableView::Open(table.schema, table.rows, table.bytes);
    if (!view.ok()) return view.status();
    return LabelledRows(*view, *x, *label, first_row);
  }

  int64_t rows() const { return view_.rows(); }
  int64_t width() const { return view_.schema().columns[x_].width; }
  double label(int64_t row) const { return view_.Number(row, label_); }

  // Copies a row's features. InvalidArgument: one of them is no finite number.
  absl::Status Features(int64_t row, float* x) const {
    const std::string_view cell = view_.Cell(row, x_);
    std::memcpy(x, cell.data(), cell.size());
    for (int64_t i = 0; i < width(); ++i) {
      if (std::isfinite(x[i])) continue;
      return absl::InvalidArgumentError(absl::StrCat("row=", first_row_ + row, ": feature ", i, " is ", x[i],
                                                     ", not a finite number; impute or drop such rows first"));
    }
    return absl::OkStatus();
  }

 private:
  LabelledRows(TableView view, size_t x, size_t label, int64_t first_row)
      : view_(view), x_(x), label_(label), first_row_(first_row) {}

  TableView view_;
  size_t x_;
  size_t label_;
  int64_t first_row_;
};

}  // namespace mote::engine
