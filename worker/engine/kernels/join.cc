// Kernel join: each row of a task with the matching rows of the input "with", in the order
// in which those stand there. Parameters of the operation with rows_per_task; inputs "input"
// and "with". An engine reads "with" once for all tasks of the pass.
#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/json.h"
#include "common/prepare/join_columns.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/join_side.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

// Rows that a task yields, as they lie in memory.
constexpr size_t kJoinedBytesMax = 256 << 20;

// The cells of a row without a match, in the columns that are taken.
std::string NoMatch(const Schema& right, const JoinColumns& columns, const JoinOptions& options) {
  std::string bytes;
  for (const size_t place : columns.taken) {
    const Column& column = right.columns[place];
    ByteWriter writer(&bytes);
    if (column.dtype == DType::kText) writer.PutString(options.missing.empty() ? "" : options.missing.front());
    for (int64_t i = 0; column.dtype == DType::kF32 && i < column.width; ++i) {
      writer.Put(std::numeric_limits<float>::quiet_NaN());
    }
    for (int64_t i = 0; column.dtype == DType::kF64 && i < column.width; ++i) {
      writer.Put(std::numeric_limits<double>::quiet_NaN());
    }
  }
  return bytes;
}

class JoinPass final : public RowPassKernel {
 public:
  JoinPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<RowSource> rows, int64_t rows_per_task,
           JoinOptions options, JoinColumns columns, std::unique_ptr<JoinSide> side, std::string no_match)
      : RowPassKernel(std::move(reducer)),
        rows_(std::move(rows)),
        rows_per_task_(rows_per_task),
        options_(std::move(options)),
        columns_(std::move(columns)),
        side_(std::move(side)),
        no_match_(std::move(no_match)),
        key_(rows_->dataset().schema, columns_.left_keys, options_) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * rows_per_task_;
    const TaskRange range{begin, std::min(begin + rows_per_task_, rows_->rows())};
    MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, rows_->View(range, context, &copy_));
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(rows_->dataset().schema, range.end - begin, bytes));
    Table joined;
    joined.schema = columns_.schema;
    for (int64_t place = 0; place < view.rows(); ++place) {
      AddRow(view, place, &joined);
      if (joined.bytes.size() > kJoinedBytesMax) return TooMany(begin + place, range, joined);
    }
    return joined;
  }

 private:
  void AddRow(const TableView& view, int64_t place, Table* joined) {
    view.Cells(place, &cells_);
    std::string_view key;
    size_t match = key_.Read(cells_, &key) ? side_->First(key) : JoinSide::kNone;
    const auto add = [&](std::string_view taken) {
      joined->bytes.append(view.Row(place)).append(taken);
      ++joined->rows;
    };
    if (match == JoinSide::kNone && options_.keeps_unmatched) add(no_match_);
    // One row may have very many matches: the caller looks at the bytes after it.
    for (; match != JoinSide::kNone && joined->bytes.size() <= kJoinedBytesMax; match = side_->Next(match)) {
      add(side_->Taken(match));
    }
  }

  static absl::Status TooMany(int64_t row, TaskRange range, const Table& joined) {
    return absl::InvalidArgumentError(
        absl::StrCat("join: rows ", range.begin, " to ", row, " of the input have ", joined.rows,
                     " matches, which take ", joined.bytes.size(), " bytes, at most ", kJoinedBytesMax,
                     " in a task; lower matches_max, or set tasks: {rows: n} below ", row - range.begin + 1));
  }

  const std::unique_ptr<RowSource> rows_;
  const int64_t rows_per_task_;
  const JoinOptions options_;
  const JoinColumns columns_;
  const std::unique_ptr<JoinSide> side_;
  const std::string no_match_;
  JoinKey key_;
  std::string copy_;
  std::vector<std::string_view> cells_;
};

class JoinKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    MOTE_ASSIGN_OR_RETURN(JoinOptions options, JoinOptions::Parse(parameters));
    MOTE_ASSIGN_OR_RETURN(const int64_t rows_per_task, ReadParameters<int64_t>(pass, [](const Json& json) {
                            return json.at("rows_per_task").get<int64_t>();
                          }));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, OpenRows(pass, "input", context));
    MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<RowSource> right, OpenRows(pass, "with", context));
    const Schema& schema = right->dataset().schema;
    MOTE_ASSIGN_OR_RETURN(JoinColumns columns, JoinColumns::Match(rows->dataset().schema, schema, options));
    std::string no_match = NoMatch(schema, columns, options);
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<JoinSide> side,
                          JoinSide::Read(*right, columns, options, kJoinMemoryMax, context));
    return std::make_unique<JoinPass>(std::move(reducer), std::move(rows), rows_per_task, std::move(options),
                                      std::move(columns), std::move(side), std::move(no_match));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeJoinKernel() { return std::make_unique<JoinKernel>(); }

}  // namespace mote::engine
