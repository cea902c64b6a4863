// Kernel infer.misfits: the rows that infer leaves out with on_bad_row: skip, and why.
// Parameters {inputs: [[column, …], …], rows_per_task}; input "input". Rows as quarantine.h
// has them.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/cell_cursor.h"
#include "worker/engine/feature_columns.h"
#include "worker/engine/kernels/quarantine.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_json.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

struct MisfitParameters {
  std::vector<std::vector<std::string>> inputs;
  int64_t rows_per_task = 1;
};

MisfitParameters ReadMisfits(const Json& json) {
  MisfitParameters parameters;
  json.at("inputs").get_to(parameters.inputs);
  json.at("rows_per_task").get_to(parameters.rows_per_task);
  return parameters;
}

class MisfitsPass final : public RowPassKernel {
 public:
  // `cells`: of a file of text, whose rows may be no rows of the table at all; else nullptr.
  MisfitsPass(std::unique_ptr<RowReducer> reducer, std::vector<FeatureColumns> inputs, std::unique_ptr<RowSource> rows,
              std::unique_ptr<CellCursor> cells, int64_t rows_per_task)
      : RowPassKernel(std::move(reducer)),
        inputs_(std::move(inputs)),
        rows_(std::move(rows)),
        cursor_(std::move(cells)),
        rows_per_task_(rows_per_task),
        batches_(inputs_.size()) {
    const Schema& schema = rows_->dataset().schema;
    for (const FeatureColumns& input : inputs_) {
      reads_text_ |= std::any_of(input.columns.begin(), input.columns.end(),
                                 [&](size_t column) { return schema.columns[column].dtype == DType::kText; });
    }
  }

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    TableBuilder misfits(QuarantineSchema());
    const int64_t begin = task * rows_per_task_;
    const TaskRange range{begin, std::min(begin + rows_per_task_, rows_->rows())};
    if (cursor_ != nullptr) {
      MOTE_RETURN_IF_ERROR(FindInText(range, context, &misfits));
    } else if (reads_text_) {  // numbers always fit
      MOTE_RETURN_IF_ERROR(FindInTable(range, context, &misfits));
    }
    return misfits.Take();
  }

 private:
  absl::Status FindInText(TaskRange range, TaskContext& context, TableBuilder* misfits) {
    const Dataset& dataset = rows_->dataset();
    MOTE_RETURN_IF_ERROR(cursor_->Seek(range, context));
    while (true) {
      MOTE_ASSIGN_OR_RETURN(const bool more, cursor_->Next(&cells_));
      if (!more) return absl::OkStatus();
      absl::Status status = cursor_->fits() ? absl::OkStatus() : absl::InvalidArgumentError(cursor_->Misfit());
      if (status.ok()) {
        bytes_.clear();
        ByteWriter writer(&bytes_);
        for (const std::string_view cell : cells_) writer.PutString(cell);
        MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(dataset.schema, 1, bytes_));
        status = Fits(view, 0);
      }
      if (!status.ok()) {
        AddQuarantined(cursor_->row(), cursor_->line(), {status.message().data(), status.message().size()},
                       cursor_->Record(cells_), misfits);
      }
    }
  }

  absl::Status FindInTable(TaskRange range, TaskContext& context, TableBuilder* misfits) {
    const Dataset& dataset = rows_->dataset();
    MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, rows_->View(range, context, &copy_));
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(dataset.schema, range.end - range.begin, bytes));
    for (int64_t place = 0; place < view.rows(); ++place) {
      const absl::Status status = Fits(view, place);
      if (status.ok()) continue;
      const int64_t row = range.begin + place;
      const absl::StatusOr<std::string> record = RowToJson(view, place, row, DatasetFormat::kRows);
      AddQuarantined(row, row + 1, {status.message().data(), status.message().size()}, record.ok() ? *record : "",
                     misfits);
    }
    return absl::OkStatus();
  }

  absl::Status Fits(const TableView& view, int64_t place) {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      batches_[i].values.clear();
      MOTE_RETURN_IF_ERROR(AppendRow(view, place, inputs_[i], &batches_[i]));
    }
    return absl::OkStatus();
  }

  const std::vector<FeatureColumns> inputs_;
  const std::unique_ptr<RowSource> rows_;
  const std::unique_ptr<CellCursor> cursor_;
  const int64_t rows_per_task_;
  bool reads_text_ = false;
  std::vector<Batch> batches_;
  std::vector<std::string_view> cells_;
  std::string bytes_, copy_;
};

class MisfitsKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const MisfitParameters parameters, ReadParameters<MisfitParameters>(pass, ReadMisfits));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, OpenRows(pass, "input", context));
    std::vector<FeatureColumns> inputs;
    for (const std::vector<std::string>& names : parameters.inputs) {
      MOTE_ASSIGN_OR_RETURN(inputs.emplace_back(), FeatureColumns::Find(rows->dataset().schema, names));
    }
    std::unique_ptr<CellCursor> cells;
    if (IsTextTable(rows->dataset().format)) {
      MOTE_ASSIGN_OR_RETURN(cells, CellCursor::Open(pass.inputs.at("input"), context));
    }
    return std::make_unique<MisfitsPass>(std::move(reducer), std::move(inputs), std::move(rows), std::move(cells),
                                         parameters.rows_per_task);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeInferMisfitsKernel() { return std::make_unique<MisfitsKernel>(); }

}  // namespace mote::engine
