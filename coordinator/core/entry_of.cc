#include "coordinator/core/entry_of.h"

#include <algorithm>

namespace mote::coordinator {
namespace {

constexpr absl::Duration kAgeMax = absl::Hours(24 * 365);

}  // namespace

LedgerEntry EntryOfLost(const Transaction& tx, const LeaseToken& token, const std::string& worker, int slot,
                        absl::Duration spent) {
  const Pass& pass = *tx.state.FindPass(token.job, token.pass);
  LedgerEntry entry;
  entry.job = token.job;
  entry.stage = pass.stage;
  entry.pass = token.pass;
  entry.kernel = pass.spec->kernel;
  entry.tasks = {token.block.begin(), token.block.begin()};
  entry.attempt = token.attempt;
  entry.worker = worker;
  entry.slot = slot;
  entry.started = tx.now - spent;
  entry.slot_time = spent;
  entry.outcome = LedgerOutcome::kWasted;
  return entry;
}

LedgerEntry EntryOf(const Transaction& tx, const WorkerReport& report, const Worker& worker, int slot, int64_t done_end,
                    absl::Duration slot_time) {
  const LeaseToken& token = report.token;
  LedgerEntry entry = EntryOfLost(tx, token, worker.name, slot, slot_time);
  entry.tasks.end = done_end;
  // A worker that was away sends late what ended long ago; one that lies says anything.
  const absl::Duration age = std::clamp(report.age, absl::ZeroDuration(), kAgeMax);
  entry.started -= age;
  entry.phase_ns = report.cost.phase_ns;
  entry.staged_bytes = report.cost.staged_bytes;
  entry.network_bytes = report.cost.network_bytes;
  entry.memory_bytes = report.cost.memory_bytes;
  if (done_end > token.block.begin()) entry.task_columns = report.task_columns;
  return entry;
}

}  // namespace mote::coordinator
