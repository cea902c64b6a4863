#include "client/ledger/prediction.h"

#include "common/saturating.h"

namespace mote::client {
namespace {

double Predicted(int64_t compute_ns, int64_t staged_bytes, int64_t network_bytes, double alpha) {
  return static_cast<double>(compute_ns) * 1e-9 +
         alpha * (static_cast<double>(staged_bytes) + static_cast<double>(network_bytes));
}

}  // namespace

double AlphaOf(const v1::Job& job, int stage) {
  return stage >= 0 && stage < job.stages_size() ? job.stages(stage).cost().alpha_seconds_per_byte() : 0;
}

double PredictedSeconds(const Cost& cost, double alpha) {
  return Predicted(cost.compute_ns(), cost.staged_bytes, cost.network_bytes, alpha);
}

double MeasuredSeconds(const Cost& cost) {
  return static_cast<double>(SaturatingAdd(cost.compute_ns(), cost.communication_ns())) * 1e-9;
}

double PredictedSeconds(const TaskCost& cost, double alpha) {
  return Predicted(cost.phase_ns[static_cast<size_t>(Phase::kCompute)], cost.staged_bytes, cost.network_bytes, alpha);
}

}  // namespace mote::client
