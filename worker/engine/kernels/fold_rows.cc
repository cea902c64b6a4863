// Kernel fold_rows: those rows of a task that a fold of a cross-validation holds out, or
// all others. FoldRowsParameters {rows_per_task, folds, fold, held_out, seed}; input "input".
//
// Rows of one group (split.group of prepare) are in one fold. Otherwise rows of each class
// are dealt in an order that the seed draws, so that the folds of a task have as many of it
// as each other, but for one.
#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "common/json.h"
#include "common/philox.h"
#include "common/prepare/options.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

constexpr uint64_t kFoldStream = 0x464F4C44;

struct FoldRowsParameters {
  int64_t rows_per_task = 1;
  uint64_t folds = 2;
  uint64_t fold = 0;
  bool held_out = false;
  uint64_t seed = 0;
};

int64_t Integer(const TableView& view, int64_t row, size_t column) {
  int64_t value = 0;
  std::memcpy(&value, view.Cell(row, column).data(), sizeof(value));
  return value;
}

std::optional<size_t> IntegerColumn(const Schema& schema, std::string_view name) {
  const std::optional<size_t> found = schema.Find(name);
  const bool fits = found && schema.columns[*found].dtype == DType::kI64 && schema.columns[*found].width == 1;
  return fits ? found : std::nullopt;
}

// Which fold each row belongs to; `first`: the number of the first one.
std::vector<uint64_t> FoldsOf(const TableView& view, int64_t first, const FoldRowsParameters& parameters) {
  const Philox random(parameters.seed, kFoldStream);
  std::vector<uint64_t> folds(static_cast<size_t>(view.rows()));
  if (const auto group = IntegerColumn(view.schema(), kGroupColumn)) {
    for (int64_t row = 0; row < view.rows(); ++row) {
      folds[static_cast<size_t>(row)] =
          random.U64(static_cast<uint64_t>(Integer(view, row, *group))) % parameters.folds;
    }
    return folds;
  }
  const auto label = IntegerColumn(view.schema(), "label");
  std::vector<std::tuple<int64_t, uint64_t, int64_t>> deck;  // class, what is drawn, row
  for (int64_t row = 0; row < view.rows(); ++row) {
    deck.emplace_back(label ? Integer(view, row, *label) : 0, random.U64(static_cast<uint64_t>(first + row)), row);
  }
  std::sort(deck.begin(), deck.end());
  uint64_t next = random.U64(~static_cast<uint64_t>(first));  // else the first folds get what does not come out even
  for (const auto& [of_class, drawn, row] : deck) folds[static_cast<size_t>(row)] = next++ % parameters.folds;
  return folds;
}

class FoldRowsPass final : public RowPassKernel {
 public:
  FoldRowsPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<RowSource> rows, FoldRowsParameters parameters)
      : RowPassKernel(std::move(reducer)), rows_(std::move(rows)), parameters_(parameters) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * parameters_.rows_per_task;
    MOTE_ASSIGN_OR_RETURN(const Table all,
                          rows_->Read({begin, std::min(begin + parameters_.rows_per_task, rows_->rows())}, context));
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(all.schema, all.rows, all.bytes));
    Table kept{all.schema, 0, {}};
    const std::vector<uint64_t> folds = FoldsOf(view, begin, parameters_);
    for (int64_t row = 0; row < view.rows(); ++row) {
      if ((folds[static_cast<size_t>(row)] == parameters_.fold) != parameters_.held_out) continue;
      kept.bytes += view.Row(row);
      ++kept.rows;
    }
    return kept;
  }

 private:
  const std::unique_ptr<RowSource> rows_;
  const FoldRowsParameters parameters_;
};

class FoldRowsKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const FoldRowsParameters parameters,
                          ReadParameters<FoldRowsParameters>(pass, [](const Json& json) {
                            return FoldRowsParameters{json.at("rows_per_task"), json.at("folds"), json.at("fold"),
                                                      json.at("held_out"), json.at("seed")};
                          }));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, OpenRows(pass, "input", context));
    return std::make_unique<FoldRowsPass>(std::move(reducer), std::move(rows), parameters);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeFoldRowsKernel() { return std::make_unique<FoldRowsKernel>(); }

}  // namespace mote::engine
