// `prepare.strata`: how many rows of a task have each value of the column to stratify by.
//
// Rows: task:i64, rows:i64, text:text, of each value in the order in which the values came;
// all that stand for a missing one are one value. Parameters and input as prepare.profile.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/class_split.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/split_cells.h"
#include "worker/engine/kernels/strata.h"
#include "worker/engine/kernels/text_table.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {
namespace {

class StrataPass final : public RowPassKernel {
 public:
  StrataPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<SplitCells> cells)
      : RowPassKernel(std::move(reducer)), cells_(std::move(cells)) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    MOTE_RETURN_IF_ERROR(cells_->Seek(task, context));
    TextTable texts;
    std::vector<int64_t> rows;
    while (true) {
      MOTE_ASSIGN_OR_RETURN(const bool more, cells_->Next());
      if (!more) break;
      const size_t number = texts.Add(StratumOf(cells_->options(), cells_->cell()));
      if (number == rows.size()) {
        if (number == kStrataMax) return TooManyStrata(cells_->options());
        rows.push_back(0);
      }
      ++rows[number];
    }
    TableBuilder counts(StrataSchema());
    for (size_t i = 0; i < rows.size(); ++i) {
      counts.AddI64(task);
      counts.AddI64(rows[i]);
      counts.AddText(texts[i]);
    }
    return counts.Take();
  }

 private:
  const std::unique_ptr<SplitCells> cells_;
};

class StrataKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<SplitCells> cells, SplitCells::Open(pass, context));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    return std::make_unique<StrataPass>(std::move(reducer), std::move(cells));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakePrepareStrataKernel() { return std::make_unique<StrataKernel>(); }

}  // namespace mote::engine
