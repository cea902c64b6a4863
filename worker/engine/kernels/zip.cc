// Kernel zip: each row of a task, with the row of the same index of the input "with" behind
// it. Parameters of the operation with rows_per_task; inputs "input" and "with".
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/zip_columns.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

class ZipPass final : public RowPassKernel {
 public:
  ZipPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<RowSource> left, std::unique_ptr<RowSource> right,
          ZipColumns columns, int64_t rows_per_task)
      : RowPassKernel(std::move(reducer)),
        left_{std::move(left), ""},
        right_{std::move(right), ""},
        columns_(std::move(columns)),
        rows_per_task_(rows_per_task) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * rows_per_task_;
    const TaskRange range{begin, std::min(begin + rows_per_task_, left_.rows->rows())};
    MOTE_ASSIGN_OR_RETURN(const TableView left, left_.View(range, context));
    MOTE_ASSIGN_OR_RETURN(const TableView right, right_.View(range, context));
    Table zipped;
    zipped.schema = columns_.schema;
    for (int64_t place = 0; place < left.rows(); ++place) {
      absl::Status added = Append(left, place, 0, &zipped.bytes);
      if (added.ok()) added = Append(right, place, left.schema().columns.size(), &zipped.bytes);
      if (!added.ok()) {
        return absl::InvalidArgumentError(absl::StrCat("row=", begin + place, ": ", added.message()));
      }
      ++zipped.rows;
    }
    return zipped;
  }

 private:
  // One of the two tables.
  struct Side {
    absl::StatusOr<TableView> View(TaskRange range, TaskContext& context) {
      MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, rows->View(range, context, &copy));
      return TableView::Open(rows->dataset().schema, range.end - range.begin, bytes);
    }

    std::unique_ptr<RowSource> rows;
    std::string copy;
  };

  // The cells of a row, which become the columns from `first` on.
  absl::Status Append(const TableView& view, int64_t place, size_t first, std::string* row) {
    view.Cells(place, &cells_);
    for (size_t i = 0; i < cells_.size(); ++i) {
      const size_t to = first + i;
      MOTE_RETURN_IF_ERROR(
          AppendZipped(cells_[i], view.schema().columns[i], columns_.schema.columns[to], columns_.divisors[to], row));
    }
    return absl::OkStatus();
  }

  Side left_, right_;
  const ZipColumns columns_;
  const int64_t rows_per_task_;
  std::vector<std::string_view> cells_;
};

class ZipKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    MOTE_ASSIGN_OR_RETURN(const ZipOptions options, ZipOptions::Parse(parameters));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> left, OpenRows(pass, "input", context));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> right, OpenRows(pass, "with", context));
    MOTE_ASSIGN_OR_RETURN(ZipColumns columns, ZipColumns::Of(left->dataset().schema, right->dataset().schema, options));
    return std::make_unique<ZipPass>(std::move(reducer), std::move(left), std::move(right), std::move(columns),
                                     parameters.at("rows_per_task").get<int64_t>());
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeZipKernel() { return std::make_unique<ZipKernel>(); }

}  // namespace mote::engine
