#include "coordinator/core/core.h"

#include <algorithm>

#include "coordinator/core/apply.h"
#include "coordinator/core/dispatch.h"
#include "coordinator/core/drain.h"
#include "coordinator/core/explain.h"
#include "coordinator/core/output_loss.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/queries.h"
#include "coordinator/core/read_log.h"
#include "coordinator/core/report.h"
#include "coordinator/core/retry_job.h"
#include "coordinator/core/submit.h"
#include "coordinator/core/tick.h"
#include "coordinator/core/transaction.h"
#include "coordinator/core/worker_session.h"

namespace mote::coordinator {
namespace {

// Replay folds again what was folded before: its blobs are stored already.
class ForgetfulSink : public BlobSink {
 public:
  Digest Store(std::string bytes) override { return Sha256(bytes); }
};

}  // namespace

Core::Core(CoreOptions options, const PlannerTable& planners) {
  state_.options = options;
  state_.planners = &planners;
}

void Core::Step(absl::Time now, const Command& command, Decision* decision) {
  Transaction tx(state_, now, decision);
  std::visit([&](const auto& c) { Decide(tx, c); }, command);
  Dispatch(tx);
}

absl::Status Core::Replay(const Event& event) {
  ForgetfulSink sink;
  absl::Status status = Apply(state_, event, sink);
  if (status.ok()) return status;
  return absl::DataLossError(status.message());
}

void Core::StartEpoch(absl::Time now, Decision* decision) {
  Transaction tx(state_, now, decision);
  tx.Emit(EpochStarted{Epoch{state_.epoch.value + 1}});
  ExpectHolders(state_);
  // Workers of the old epoch have `reconnect_grace` to come back with their leases.
  state_.reconnect_until = now + state_.options.reconnect_grace;
  state_.cluster.HoldBack(now + state_.options.reconnect_grace - state_.options.heartbeat_timeout);
  const std::vector<JobId> unfinished(state_.active.begin(), state_.active.end());
  for (const JobId id : unfinished) AdvanceJob(tx, id);
}

}  // namespace mote::coordinator
