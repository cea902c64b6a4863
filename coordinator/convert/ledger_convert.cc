#include "coordinator/convert/ledger_convert.h"

#include <utility>

#include "coordinator/convert/wire.h"

namespace mote::coordinator {
namespace {

v1::LedgerOutcome ProtoOf(LedgerOutcome outcome) {
  switch (outcome) {
    case LedgerOutcome::kCommitted:
      return v1::LEDGER_OUTCOME_COMMITTED;
    case LedgerOutcome::kHeld:
      return v1::LEDGER_OUTCOME_HELD;
    case LedgerOutcome::kWasted:
      return v1::LEDGER_OUTCOME_WASTED;
  }
  return v1::LEDGER_OUTCOME_UNSPECIFIED;
}

}  // namespace

v1::LedgerEntry ToProto(LedgerEntry entry) {
  v1::LedgerEntry proto;
  proto.set_job_id(entry.job.value);
  proto.set_stage(entry.stage);
  proto.set_pass(entry.pass.value);
  proto.set_kernel(std::move(entry.kernel));
  proto.set_tasks_begin(entry.tasks.begin);
  proto.set_tasks_end(entry.tasks.end);
  proto.set_attempt(entry.attempt);
  proto.set_worker(std::move(entry.worker));
  proto.set_slot(entry.slot);
  *proto.mutable_started() = ToProto(entry.started);
  *proto.mutable_slot_time() = ToProto(entry.slot_time);
  proto.mutable_phase_ns()->Assign(entry.phase_ns.begin(), entry.phase_ns.end());
  proto.set_staged_bytes(entry.staged_bytes);
  proto.set_network_bytes(entry.network_bytes);
  proto.set_memory_bytes(entry.memory_bytes);
  proto.set_outcome(ProtoOf(entry.outcome));
  proto.set_task_columns(std::move(entry.task_columns));
  return proto;
}

}  // namespace mote::coordinator
