// `filter` and `sample`: some rows of each task, as they are.
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/permutation.h"
#include "common/prepare/cell.h"
#include "common/prepare/row_filter.h"
#include "common/prepare/scalar_text.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/cell_cursor.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

// What both have in common: where the rows are and how they are cut.
struct Rows {
  std::unique_ptr<RowReducer> reducer;
  std::unique_ptr<RowSource> source;
  Json parameters;

  static absl::StatusOr<Rows> Open(const PassSpec& pass, TaskContext& context) {
    Rows rows;
    MOTE_ASSIGN_OR_RETURN(rows.parameters, ParseJson(pass.parameters));
    MOTE_ASSIGN_OR_RETURN(rows.reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(rows.source, OpenRows(pass, "input", context));
    return rows;
  }
};

class ChooseRowsPass : public RowPassKernel {
 public:
  explicit ChooseRowsPass(Rows rows)
      : RowPassKernel(std::move(rows.reducer)),
        source_(std::move(rows.source)),
        rows_per_task_(rows.parameters.at("rows_per_task").get<int64_t>()) {}

 protected:
  // Whether the row of index `row`, which is number `place` of the view, is chosen.
  virtual bool Chooses(const TableView& view, int64_t place, int64_t row) = 0;
  const RowSource& source() const { return *source_; }

  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * rows_per_task_;
    const TaskRange range{begin, std::min(begin + rows_per_task_, source_->rows())};
    std::string copy;
    MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, source_->View(range, context, &copy));
    const Schema& schema = source_->dataset().schema;
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(schema, range.end - range.begin, bytes));
    Table chosen;
    chosen.schema = schema;
    for (int64_t place = 0; place < view.rows(); ++place) {
      if (!Chooses(view, place, begin + place)) continue;
      chosen.bytes.append(view.Row(place));
      ++chosen.rows;
    }
    return chosen;
  }

 private:
  const std::unique_ptr<RowSource> source_;
  const int64_t rows_per_task_;
};

class FilterPass final : public ChooseRowsPass {
 public:
  FilterPass(Rows rows, std::vector<CellCondition> conditions, std::vector<std::string> missing)
      : ChooseRowsPass(std::move(rows)), conditions_(std::move(conditions)), missing_(std::move(missing)) {
    for (const CellCondition& condition : conditions_) {
      columns_.push_back(*source().dataset().schema.Find(condition.column));
    }
  }

 protected:
  bool Chooses(const TableView& view, int64_t place, int64_t) override {
    view.Cells(place, &cells_);
    for (size_t i = 0; i < columns_.size(); ++i) {
      const DType dtype = view.schema().columns[columns_[i]].dtype;
      const std::string_view cell = cells_[columns_[i]];
      const std::string_view text = dtype == DType::kText ? Trim(cell) : NumberText(cell, dtype, &number_);
      if (!conditions_[i].Holds(text, missing_)) return false;
    }
    return true;
  }

 private:
  const std::vector<CellCondition> conditions_;
  const std::vector<std::string> missing_;
  std::vector<size_t> columns_;  // of each condition
  std::vector<std::string_view> cells_;
  std::string number_;
};

class SamplePass final : public ChooseRowsPass {
 public:
  SamplePass(Rows rows, uint64_t seed, int64_t count)
      : ChooseRowsPass(std::move(rows)), permutation_(source().rows(), seed), count_(count) {}

 protected:
  bool Chooses(const TableView&, int64_t, int64_t row) override { return permutation_.At(row) < count_; }

 private:
  const Permutation permutation_;
  const int64_t count_;
};

absl::Status CheckColumn(const Schema& schema, const std::string& name) {
  const std::optional<size_t> found = schema.Find(name);
  if (found && schema.columns[*found].width == 1) return absl::OkStatus();
  std::vector<std::string> known;
  for (const Column& column : schema.columns) known.push_back(column.name);
  return absl::InvalidArgumentError(absl::StrCat("where: the input has no column \"", name, "\" of one value a row",
                                                 DidYouMean(name, known), "; it has ",
                                                 schema.ToString().substr(0, 300)));
}

class FilterKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(Rows rows, Rows::Open(pass, context));
    MOTE_ASSIGN_OR_RETURN(std::vector<CellCondition> conditions, ParseConditions(rows.parameters.at("where")));
    MOTE_ASSIGN_OR_RETURN(std::vector<std::string> missing, TextList(rows.parameters.at("missing"), "missing"));
    for (const CellCondition& condition : conditions) {
      MOTE_RETURN_IF_ERROR(CheckColumn(rows.source->dataset().schema, condition.column));
    }
    return std::make_unique<FilterPass>(std::move(rows), std::move(conditions), std::move(missing));
  }
};

class SampleKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(Rows rows, Rows::Open(pass, context));
    const auto seed = rows.parameters.at("seed").get<uint64_t>();
    const auto count = rows.parameters.at("count").get<int64_t>();
    return std::make_unique<SamplePass>(std::move(rows), seed, count);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeFilterKernel() { return std::make_unique<FilterKernel>(); }
std::unique_ptr<Kernel> MakeSampleKernel() { return std::make_unique<SampleKernel>(); }

}  // namespace mote::engine
