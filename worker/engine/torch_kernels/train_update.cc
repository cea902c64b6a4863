// Kernel train.update: a state and the gradients that it has not taken yet → the
// state that has.
//
// Parameters and inputs as PendingUpdates has them. One task; its leaf is {"state":
// artifact, "losses": [sum over the rows of each step], "rows": [of each step]}.
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"
#include "common/reducers/gradient_sum.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/pending_updates.h"

namespace mote::engine {
namespace {

class UpdatePass final : public PassKernel {
 public:
  UpdatePass(PendingUpdates updates, std::shared_ptr<Caches> caches)
      : updates_(std::move(updates)), caches_(std::move(caches)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    std::vector<double> losses;
    std::vector<int64_t> rows;
    for (size_t i = 0; i < updates_.gradients.size(); ++i) {
      MOTE_ASSIGN_OR_RETURN(const std::string bytes, updates_.Sum(i, context));
      MOTE_ASSIGN_OR_RETURN(const GradientSums sums, DecodeGradients(bytes));
      losses.push_back(sums.loss);
      rows.push_back(sums.rows);
    }
    MOTE_ASSIGN_OR_RETURN(const std::shared_ptr<const TrainState> state, caches_->State(updates_, context));
    const ArtifactRef stored = StoreArtifact(state->Encode(), context.blobs());
    *partial = Json{{"state", stored.ToString()}, {"losses", std::move(losses)}, {"rows", std::move(rows)}}.dump();
    return absl::OkStatus();
  }

 private:
  const PendingUpdates updates_;
  const std::shared_ptr<Caches> caches_;
};

class UpdateKernel final : public Kernel {
 public:
  explicit UpdateKernel(std::shared_ptr<Caches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(PendingUpdates updates, PendingUpdates::Read(pass));
    return std::make_unique<UpdatePass>(std::move(updates), caches_);
  }

 private:
  const std::shared_ptr<Caches> caches_;
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainUpdateKernel(std::shared_ptr<Caches> caches) {
  return std::make_unique<UpdateKernel>(std::move(caches));
}

}  // namespace mote::engine
