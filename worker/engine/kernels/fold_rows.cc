// Kernel fold_rows: those rows of a task that a fold of a cross-validation holds out, or
// all others. FoldRowsParameters {rows_per_task, folds, fold, held_out, seed}; input "input".
// Which fold a row belongs to depends on the seed and its number alone.
#include <algorithm>
#include <memory>
#include <utility>

#include "common/json.h"
#include "common/philox.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_json.h"
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
    const Philox random(parameters_.seed, kFoldStream);
    for (int64_t row = 0; row < view.rows(); ++row) {
      const bool is_held_out = random.U64(static_cast<uint64_t>(begin + row)) % parameters_.folds == parameters_.fold;
      if (is_held_out != parameters_.held_out) continue;
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
    MOTE_ASSIGN_OR_RETURN(const Json reducer_parameters, ParseJson(pass.reducer_parameters));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, MakeRowReducer(pass.reducer, reducer_parameters));
    MOTE_ASSIGN_OR_RETURN(const Value* const input, InputOf(pass, "input"));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, RowSource::Open(*input, context));
    return std::make_unique<FoldRowsPass>(std::move(reducer), std::move(rows), parameters);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeFoldRowsKernel() { return std::make_unique<FoldRowsKernel>(); }

}  // namespace mote::engine
