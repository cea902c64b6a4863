#include "worker/engine/torch_kernels/labelled_batch.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

using Clock = std::chrono::steady_clock;

// Rows that are drawn lie far apart: each is asked of memory while those before it are copied.
constexpr size_t kRowsAhead = 8;
constexpr int64_t kCacheLineBytes = 64;

void Prefetch(const char* begin, int64_t bytes) {
  for (int64_t at = 0; at < bytes; at += kCacheLineBytes) __builtin_prefetch(begin + at);
}

// Where features and label are in rows of one schema.
struct LabelledColumns {
  size_t x = 0;
  size_t label = 0;
  // Bytes from the start of a row, where rows are of one length.
  int64_t x_begin = 0;
  int64_t label_begin = 0;
};

absl::StatusOr<LabelledColumns> FindColumns(const Schema& schema, const ModelSpec& spec) {
  const std::optional<size_t> x = schema.Find("x");
  const std::optional<size_t> label = schema.Find("label");
  const auto is = [&](const std::optional<size_t>& column, DType dtype, int64_t width) {
    return column.has_value() && schema.columns[*column].dtype == dtype && schema.columns[*column].width == width;
  };
  if (!is(x, DType::kF32, spec.in()) || !is(label, DType::kI64, 1)) {
    return absl::InvalidArgumentError(absl::StrCat("columns ", schema.ToString(), " do not fit a model of ", spec.in(),
                                                   " features: x:f32[", spec.in(), "] and label:i64 are needed"));
  }
  const auto begin_of = [&](size_t column) {
    int64_t begin = 0;
    for (size_t i = 0; i < column; ++i) begin += schema.columns[i].width * ElementBytes(schema.columns[i].dtype);
    return begin;
  };
  return LabelledColumns{*x, *label, begin_of(*x), begin_of(*label)};
}

LabelledBatch BatchOf(int64_t rows, const ModelSpec& spec) {
  LabelledBatch batch;
  batch.x = {.rows = rows,
             .width = spec.in(),
             .values = std::vector<float>(static_cast<size_t>(rows * spec.in())),
             .columns = "x",
             .lent = nullptr};
  batch.labels.resize(static_cast<size_t>(rows));
  return batch;
}

// Sets row `row` of the batch from its two cells.
absl::Status SetRow(int64_t row, const char* x, const char* label, const ModelSpec& spec, LabelledBatch* batch) {
  std::memcpy(batch->x.values.data() + row * spec.in(), x, static_cast<size_t>(spec.in()) * sizeof(float));
  int64_t& to = batch->labels[static_cast<size_t>(row)];
  std::memcpy(&to, label, sizeof(int64_t));
  if (to >= 0 && to < spec.out()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("label=", to, " is not a class of a model of ", spec.out(), " classes, which are numbered from 0"));
}

absl::StatusOr<LabelledBatch> Take(const Table& rows, const ModelSpec& spec) {
  MOTE_ASSIGN_OR_RETURN(const LabelledColumns columns, FindColumns(rows.schema, spec));
  MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(rows.schema, rows.rows, rows.bytes));
  LabelledBatch batch = BatchOf(rows.rows, spec);
  for (int64_t row = 0; row < rows.rows; ++row) {
    MOTE_RETURN_IF_ERROR(
        SetRow(row, view.Cell(row, columns.x).data(), view.Cell(row, columns.label).data(), spec, &batch));
  }
  return batch;
}

}  // namespace

absl::StatusOr<LabelledBatch> TakeLabelled(const Table& rows, const ModelSpec& spec, TaskContext& context) {
  const Clock::time_point start = Clock::now();
  absl::StatusOr<LabelledBatch> batch = Take(rows, spec);
  context.AddPhase(Phase::kDecode, std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
  return batch;
}

absl::StatusOr<LabelledBatch> ReadLabelled(RowSource& rows, const Permutation& order, TaskRange positions,
                                           const ModelSpec& spec, TaskContext& context) {
  const Schema& schema = rows.dataset().schema;
  MOTE_ASSIGN_OR_RETURN(const LabelledColumns columns, FindColumns(schema, spec));
  // In the order in which they lie: each segment is looked at once, though it was unmapped since.
  std::vector<std::pair<int64_t, int64_t>> wanted;  // row, and its place in the batch
  wanted.reserve(static_cast<size_t>(positions.size()));
  for (int64_t i = 0; i < positions.size(); ++i) wanted.emplace_back(order.At(positions.begin + i), i);
  std::sort(wanted.begin(), wanted.end());
  LabelledBatch batch = BatchOf(positions.size(), spec);
  const std::optional<int64_t> stride = schema.Stride();
  TaskRange piece{0, 0};
  std::string_view bytes;  // of it
  std::string copy;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto [row, place] = wanted[i];
    if (row >= piece.end) {
      piece = stride ? rows.PieceOf(row) : TaskRange{row, row + 1};
      MOTE_ASSIGN_OR_RETURN(bytes, rows.View(piece, context, &copy));
    }
    if (stride && static_cast<int64_t>(bytes.size()) == *stride * piece.size()) {
      if (i + kRowsAhead < wanted.size() && wanted[i + kRowsAhead].first < piece.end) {
        Prefetch(bytes.data() + (wanted[i + kRowsAhead].first - piece.begin) * *stride, *stride);
      }
      const char* const at = bytes.data() + (row - piece.begin) * *stride;
      MOTE_RETURN_IF_ERROR(SetRow(place, at + columns.x_begin, at + columns.label_begin, spec, &batch));
      continue;
    }
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(schema, piece.size(), bytes));
    MOTE_RETURN_IF_ERROR(SetRow(place, view.Cell(row - piece.begin, columns.x).data(),
                                view.Cell(row - piece.begin, columns.label).data(), spec, &batch));
  }
  return batch;
}

}  // namespace mote::engine
