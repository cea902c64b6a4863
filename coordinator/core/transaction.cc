#include "coordinator/core/transaction.h"

#include <utility>

#include "common/check.h"
#include "coordinator/core/apply.h"

namespace mote::coordinator {

Transaction::Transaction(State& s, absl::Time t, Decision* decision)
    : state(s), now(t), decision_(*decision), blobs_(*decision) {}

Digest Transaction::Sink::Store(std::string bytes) {
  const Digest digest = Sha256(bytes);
  decision_.blobs.emplace_back(digest, std::move(bytes));
  return digest;
}

void Transaction::EmitVolatile(Event event) {
  const absl::Status applied = Apply(state, event, blobs_);
  if (!applied.ok()) CheckFailed(__FILE__, __LINE__, "Apply(state, event)", applied.ToString().c_str());
}

void Transaction::Emit(Event event) {
  EmitVolatile(event);
  decision_.events.push_back(std::move(event));
}

void Transaction::Revoke(JobId job, PassId pass, Block block, const Attempt& attempt) {
  const Worker* worker = state.cluster.Find(attempt.worker);
  if (worker == nullptr || !worker->session) return;
  Send(SendRevoke{*worker->session, TokenOf(job, pass, block, attempt)});
}

void Transaction::RevokeAll(JobId job, const Pass& pass) {
  for (const auto& [begin, leased] : pass.blocks.leases()) {
    for (const Attempt& attempt : leased.attempts) Revoke(job, pass.id, leased.block, attempt);
  }
}

void Transaction::EmitOf(const Pass& pass, Event event) {
  const bool is_volatile = pass.is_volatile;
  if (is_volatile) {
    EmitVolatile(std::move(event));
  } else {
    Emit(std::move(event));
  }
}

}  // namespace mote::coordinator
