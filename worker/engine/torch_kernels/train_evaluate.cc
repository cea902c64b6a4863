// Kernel train.evaluate: predictions and losses of rows whose label is known.
//
// Parameters {rows_per_task}. Inputs "input" (x and label) and "state". Rows:
// label:i64, prediction:i64, scores:f32[classes], loss:f64.
#include <algorithm>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/labelled_batch.h"
#include "worker/engine/torch_kernels/torch_runtime.h"

namespace mote::engine {
namespace {

Schema RowSchema(int64_t classes) {
  return {{{"label", DType::kI64, 1},
           {"prediction", DType::kI64, 1},
           {"scores", DType::kF32, classes},
           {"loss", DType::kF64, 1}}};
}

class EvaluatePass final : public RowPassKernel {
 public:
  EvaluatePass(std::unique_ptr<RowReducer> reducer, std::shared_ptr<RowSource> rows, std::shared_ptr<Network> network,
               int64_t rows_per_task)
      : RowPassKernel(std::move(reducer)),
        rows_(std::move(rows)),
        network_(std::move(network)),
        rows_per_task_(rows_per_task) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * rows_per_task_;
    MOTE_ASSIGN_OR_RETURN(const Table table,
                          rows_->Read({begin, std::min(begin + rows_per_task_, rows_->rows())}, context));
    MOTE_ASSIGN_OR_RETURN(const LabelledBatch batch, TakeLabelled(table, network_->spec(), context));
    MOTE_ASSIGN_OR_RETURN(const ClassScores scored, network_->Score(batch.x, context));
    const int64_t classes = network_->spec().out();
    TableBuilder rows(RowSchema(classes));
    for (int64_t row = 0; row < table.rows; ++row) {
      const float* scores = scored.scores.data() + row * classes;
      rows.AddI64(batch.labels[row]);
      rows.AddI64(std::max_element(scores, scores + classes) - scores);
      rows.AddF32s(scores, classes);
      rows.AddF64(-static_cast<double>(scored.log_scores[row * classes + batch.labels[row]]));
    }
    return rows.Take();
  }

 private:
  const std::shared_ptr<RowSource> rows_;
  const std::shared_ptr<Network> network_;
  const int64_t rows_per_task_;
};

class EvaluateKernel final : public Kernel {
 public:
  explicit EvaluateKernel(std::shared_ptr<Caches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions& options,
                                                   TaskContext& context) override {
    MOTE_RETURN_IF_ERROR(StartTorch(options));
    MOTE_ASSIGN_OR_RETURN(const int64_t rows_per_task, ReadParameters<int64_t>(pass, [](const Json& json) {
                            return json.at("rows_per_task").get<int64_t>();
                          }));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<RowSource> rows, caches_->Rows(pass, "input", context));
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<Network> network, caches_->Weights(pass, "state", options, context));
    return std::make_unique<EvaluatePass>(std::move(reducer), std::move(rows), std::move(network), rows_per_task);
  }

 private:
  const std::shared_ptr<Caches> caches_;
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainEvaluateKernel(std::shared_ptr<Caches> caches) {
  return std::make_unique<EvaluateKernel>(std::move(caches));
}

}  // namespace mote::engine
