#include "worker/engine/torch_kernels/labelled_batch.h"

#include <chrono>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

using Clock = std::chrono::steady_clock;

absl::StatusOr<LabelledBatch> Take(const Table& rows, const MlpSpec& spec) {
  const std::optional<size_t> x = rows.schema.Find("x");
  const std::optional<size_t> label = rows.schema.Find("label");
  const auto is = [&](const std::optional<size_t>& column, DType dtype, int64_t width) {
    return column.has_value() && rows.schema.columns[*column].dtype == dtype &&
           rows.schema.columns[*column].width == width;
  };
  if (!is(x, DType::kF32, spec.in) || !is(label, DType::kI64, 1)) {
    return absl::InvalidArgumentError(absl::StrCat("columns ", rows.schema.ToString(), " do not fit a model of ",
                                                   spec.in, " features: x:f32[", spec.in,
                                                   "] and label:i64 are needed"));
  }
  MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(rows.schema, rows.rows, rows.bytes));
  LabelledBatch batch;
  batch.x = {.rows = rows.rows,
             .width = spec.in,
             .values = std::vector<float>(rows.rows * spec.in),
             .columns = "x",
             .lent = nullptr};
  batch.labels.resize(rows.rows);
  for (int64_t row = 0; row < rows.rows; ++row) {
    const std::string_view cell = view.Cell(row, *x);
    std::memcpy(batch.x.values.data() + row * spec.in, cell.data(), cell.size());
    std::memcpy(&batch.labels[row], view.Cell(row, *label).data(), sizeof(int64_t));
    if (batch.labels[row] < 0 || batch.labels[row] >= spec.out) {
      return absl::InvalidArgumentError(absl::StrCat("label=", batch.labels[row], " is not a class of a model of ",
                                                     spec.out, " classes, which are numbered from 0"));
    }
  }
  return batch;
}

}  // namespace

absl::StatusOr<LabelledBatch> TakeLabelled(const Table& rows, const MlpSpec& spec, TaskContext& context) {
  const Clock::time_point start = Clock::now();
  absl::StatusOr<LabelledBatch> batch = Take(rows, spec);
  context.AddPhase(Phase::kDecode, std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
  return batch;
}

absl::StatusOr<LabelledBatch> ReadLabelled(RowSource& rows, const Permutation& order, TaskRange positions,
                                           const MlpSpec& spec, TaskContext& context) {
  Table table;
  table.schema = rows.dataset().schema;
  for (int64_t position = positions.begin; position < positions.end; ++position) {
    const int64_t row = order.At(position);
    MOTE_RETURN_IF_ERROR(rows.Append({row, row + 1}, context, &table));
  }
  return TakeLabelled(table, spec, context);
}

}  // namespace mote::engine
