// Kernels over blocks of rows of boost, see trees/boost_pass.h.
//
//   boost.histogram  the sums of the next level, for the reducer histogram_sum
//   boost.evaluate   rows and the sum of their losses by the model, for gradient_sum
//   boost.stats      rows, the sum of their labels and of the labels' squares, the same
//
// Parameters {settings, rows_per_task}; boost.stats takes the latter alone. Inputs
// "input" (a binned table), "model", "level0"….
#include <algorithm>
#include <memory>
#include <utility>

#include "common/json.h"
#include "common/reducers/gradient_sum.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/trees/boost_pass.h"

namespace mote::engine {
namespace {

// The blocks of rows that a pass's tasks are.
struct RowBlocks {
  std::unique_ptr<RowSource> source;
  int64_t rows_per_task = 1;

  TaskRange Of(int64_t task) const {
    const int64_t begin = task * rows_per_task;
    return {begin, std::min(begin + rows_per_task, source->rows())};
  }

  static absl::StatusOr<RowBlocks> Open(const PassSpec& pass, TaskContext& context) {
    RowBlocks blocks;
    MOTE_ASSIGN_OR_RETURN(blocks.rows_per_task, ReadParameters<int64_t>(pass, [](const Json& json) {
                            return json.at("rows_per_task").get<int64_t>();
                          }));
    MOTE_ASSIGN_OR_RETURN(blocks.source, OpenRows(pass, "input", context));
    return blocks;
  }
};

enum class Yields { kHistograms, kLoss };

class BoostRowsPass final : public PassKernel {
 public:
  BoostRowsPass(PassSpec spec, BoostPass pass, RowBlocks blocks, Yields yields, std::shared_ptr<TreeCaches> caches)
      : spec_(std::move(spec)),
        pass_(std::move(pass)),
        blocks_(std::move(blocks)),
        yields_(yields),
        caches_(std::move(caches)) {}

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(BoostRows* const rows,
                          KeptRows(spec_, pass_.settings_text, blocks_.Of(task), *blocks_.source, *caches_, context));
    rows->Apply(pass_.model);
    if (yields_ == Yields::kLoss) {
      *partial = EncodeGradients(rows->rows(), rows->Loss(), nullptr, 0);
    } else {
      rows->Build(*pass_.levels, pass_.settings, *pass_.offsets, partial);
    }
    return absl::OkStatus();
  }

 private:
  const PassSpec spec_;
  const BoostPass pass_;
  const RowBlocks blocks_;
  const Yields yields_;
  const std::shared_ptr<TreeCaches> caches_;
};

class BoostRowsKernel final : public Kernel {
 public:
  BoostRowsKernel(Yields yields, std::shared_ptr<TreeCaches> caches) : yields_(yields), caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(BoostPass opened, BoostPass::Open(pass, *caches_, context));
    MOTE_ASSIGN_OR_RETURN(RowBlocks blocks, RowBlocks::Open(pass, context));
    return std::make_unique<BoostRowsPass>(pass, std::move(opened), std::move(blocks), yields_, caches_);
  }

 private:
  const Yields yields_;
  const std::shared_ptr<TreeCaches> caches_;
};

class StatsPass final : public PassKernel {
 public:
  explicit StatsPass(RowBlocks blocks) : blocks_(std::move(blocks)) {}

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const BinnedRows rows, BinnedRows::Read(*blocks_.source, blocks_.Of(task), context));
    double sum = 0;
    double squares = 0;
    for (const float label : rows.labels) {
      sum += static_cast<double>(label);
      squares += static_cast<double>(label) * static_cast<double>(label);
    }
    const auto rounded = static_cast<float>(squares);
    *partial = EncodeGradients(rows.rows, sum, &rounded, 1);
    return absl::OkStatus();
  }

 private:
  const RowBlocks blocks_;
};

class StatsKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(RowBlocks blocks, RowBlocks::Open(pass, context));
    return std::make_unique<StatsPass>(std::move(blocks));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeBoostHistogramKernel(std::shared_ptr<TreeCaches> caches) {
  return std::make_unique<BoostRowsKernel>(Yields::kHistograms, std::move(caches));
}

std::unique_ptr<Kernel> MakeBoostEvaluateKernel(std::shared_ptr<TreeCaches> caches) {
  return std::make_unique<BoostRowsKernel>(Yields::kLoss, std::move(caches));
}

std::unique_ptr<Kernel> MakeBoostStatsKernel() { return std::make_unique<StatsKernel>(); }

}  // namespace mote::engine
