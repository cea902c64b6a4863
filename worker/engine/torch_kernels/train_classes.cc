// Kernel train.classes: the rows of a table as they stand, for the reducer
// class_counts. Parameters {rows_per_task}.
#include <algorithm>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/pass_json.h"

namespace mote::engine {
namespace {

class ClassesPass final : public RowPassKernel {
 public:
  ClassesPass(std::unique_ptr<RowReducer> reducer, std::shared_ptr<RowSource> rows, int64_t rows_per_task)
      : RowPassKernel(std::move(reducer)), rows_(std::move(rows)), rows_per_task_(rows_per_task) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * rows_per_task_;
    return rows_->Read({begin, std::min(begin + rows_per_task_, rows_->rows())}, context);
  }

 private:
  const std::shared_ptr<RowSource> rows_;
  const int64_t rows_per_task_;
};

class ClassesKernel final : public Kernel {
 public:
  explicit ClassesKernel(std::shared_ptr<Caches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const int64_t rows_per_task, ReadParameters<int64_t>(pass, [](const Json& json) {
                            return json.at("rows_per_task").get<int64_t>();
                          }));
    MOTE_ASSIGN_OR_RETURN(const Json reducer_parameters, ParseJson(pass.reducer_parameters));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, MakeRowReducer(pass.reducer, reducer_parameters));
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<RowSource> rows, caches_->Rows(pass, "input", context));
    return std::make_unique<ClassesPass>(std::move(reducer), std::move(rows), rows_per_task);
  }

 private:
  const std::shared_ptr<Caches> caches_;
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainClassesKernel(std::shared_ptr<Caches> caches) {
  return std::make_unique<ClassesKernel>(std::move(caches));
}

}  // namespace mote::engine
