// Kernel rows: the rows of a table as they stand, for any reducer of rows.
// Parameters {rows_per_task}; input "input".
#include <algorithm>
#include <memory>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

class RowsPass final : public RowPassKernel {
 public:
  RowsPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<RowSource> rows, int64_t rows_per_task)
      : RowPassKernel(std::move(reducer)), rows_(std::move(rows)), rows_per_task_(rows_per_task) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * rows_per_task_;
    return rows_->Read({begin, std::min(begin + rows_per_task_, rows_->rows())}, context);
  }

 private:
  const std::unique_ptr<RowSource> rows_;
  const int64_t rows_per_task_;
};

class RowsKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const int64_t rows_per_task, ReadParameters<int64_t>(pass, [](const Json& json) {
                            return json.at("rows_per_task").get<int64_t>();
                          }));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, OpenRows(pass, "input", context));
    return std::make_unique<RowsPass>(std::move(reducer), std::move(rows), rows_per_task);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeRowsKernel() { return std::make_unique<RowsKernel>(); }

}  // namespace mote::engine
