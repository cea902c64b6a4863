#include "coordinator/convert/job_convert.h"
#include "coordinator/convert/pass_convert.h"
#include "coordinator/convert/time_convert.h"
#include "coordinator/convert/utf8.h"
#include "coordinator/journal/convert.h"
#include "mote/journal/v1/journal.pb.h"

namespace mote::coordinator {
namespace {

namespace records = ::mote::journal::v1;

records::PlannedPass ProtoOf(const PlannedPass& planned) {
  records::PlannedPass proto;
  proto.set_pass(planned.pass.value);
  *proto.mutable_spec() = ToProto(planned.spec);
  return proto;
}

records::Output ProtoOf(const Output& output) {
  records::Output proto;
  proto.set_kind(ToProto(output.kind));
  *proto.mutable_content() = ToProto(output.content);
  proto.set_rows(output.rows);
  proto.set_bytes(output.bytes);
  proto.set_schema(output.schema);
  return proto;
}

void Fill(const StageTotals& totals, records::StageTotals* proto) {
  proto->set_steps(totals.steps);
  proto->set_passes(totals.passes);
  proto->set_passes_complete(totals.passes_complete);
  proto->set_tasks(totals.tasks);
  proto->set_tasks_committed(totals.tasks_committed);
  *proto->mutable_device_time() = ToProto(totals.device_time);
  *proto->mutable_cost() = ToProto(totals.cost);
}

void Fill(const EpochStarted& event, records::Event* record) {
  record->mutable_epoch_started()->set_epoch(event.epoch.value);
}

records::JobSubmitted ProtoOf(const JobSubmitted& event) {
  records::JobSubmitted proto;
  proto.set_job(event.job.value);
  *proto.mutable_spec() = ToProtoWithoutParameters(event.spec);
  for (const StageSpec& stage : event.spec.stages) {
    proto.add_parameters(stage.parameters);
    proto.add_reduce_parameters(stage.reduce.parameters);
  }
  proto.set_request_id(event.request_id);
  proto.set_principal(event.principal);
  *proto.mutable_time() = ToProto(event.time);
  return proto;
}

void Fill(const JobSubmitted& event, records::Event* record) { *record->mutable_job_submitted() = ProtoOf(event); }

void Fill(const StepPlanned& event, records::Event* record) {
  records::StepPlanned& proto = *record->mutable_step_planned();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  proto.set_memo(event.memo);
  for (const PlannedPass& pass : event.passes) *proto.add_passes() = ProtoOf(pass);
  proto.set_volatile_(event.is_volatile);
  for (const ArtifactRef& artifact : event.artifacts) proto.add_artifacts(artifact.ToString());
  proto.set_progress(Utf8(event.progress));
  proto.set_tasks_to_come(event.tasks_to_come);
  Fill(event.before, proto.mutable_before());
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const FinishPlanned& event, records::Event* record) {
  records::FinishPlanned& proto = *record->mutable_finish_planned();
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  *proto.mutable_finish() = ProtoOf(event.finish);
}

void Fill(const FoldPlanned& event, records::Event* record) {
  records::FoldPlanned& proto = *record->mutable_fold_planned();
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  *proto.mutable_block() = ToProto(event.block);
  *proto.mutable_fold() = ProtoOf(event.fold);
}

void Fill(const SubtreeFolded& event, records::Event* record) {
  records::SubtreeFolded& proto = *record->mutable_subtree_folded();
  proto.set_job(event.job.value);
  proto.set_fold(event.fold.value);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const StageBound& event, records::Event* record) {
  records::StageBound& proto = *record->mutable_stage_bound();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  proto.set_numeric_class(event.numeric_class);
}

void Fill(const LeaseGranted& event, records::Event* record) {
  records::LeaseGranted& proto = *record->mutable_lease_granted();
  *proto.mutable_token() = ToProto(event.token);
  proto.set_worker(event.worker);
  proto.set_slot(event.slot);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const LeaseReissued& event, records::Event* record) {
  records::LeaseReissued& proto = *record->mutable_lease_reissued();
  *proto.mutable_held() = ToProto(event.held);
  proto.set_epoch(event.epoch.value);
}

void Fill(const BlockCommitted& event, records::Event* record) {
  records::BlockCommitted& proto = *record->mutable_block_committed();
  *proto.mutable_token() = ToProto(event.token);
  proto.set_worker(event.worker);
  for (const Node& node : event.nodes) *proto.add_nodes() = ToProto(node);
  *proto.mutable_cost() = ToProto(event.cost);
  *proto.mutable_slot_time() = ToProto(event.slot_time);
  if (event.wasted > absl::ZeroDuration()) *proto.mutable_wasted() = ToProto(event.wasted);
  if (event.runs > 1) proto.set_runs(event.runs);
  proto.set_dependent(!event.independent);
}

records::BlockHeld ProtoOf(const BlockHeld& event) {
  records::BlockHeld proto;
  *proto.mutable_token() = ToProto(event.token);
  proto.set_worker(event.worker);
  for (const Node& node : event.nodes) *proto.add_nodes() = ToProto(node);
  *proto.mutable_cost() = ToProto(event.cost);
  *proto.mutable_slot_time() = ToProto(event.slot_time);
  return proto;
}

void Fill(const BlockHeld& event, records::Event* record) { *record->mutable_block_held() = ProtoOf(event); }

void Fill(const HeldRestored& event, records::Event* record) {
  *record->mutable_held_restored()->mutable_run() = ProtoOf(event.run);
}

void Fill(const WorkerDistrusted& event, records::Event* record) {
  records::WorkerDistrusted& proto = *record->mutable_worker_distrusted();
  proto.set_job(event.job.value);
  proto.set_worker(event.worker);
  proto.set_reason(Utf8(event.reason));
}

void Fill(const AttemptRevoked& event, records::Event* record) {
  *record->mutable_attempt_revoked()->mutable_token() = ToProto(event.token);
}

void Fill(const AttemptFailed& event, records::Event* record) {
  records::AttemptFailed& proto = *record->mutable_attempt_failed();
  *proto.mutable_token() = ToProto(event.token);
  *proto.mutable_failure() = ToProto(event.failure);
  for (const Block& piece : event.pieces) *proto.add_pieces() = ToProto(piece);
  *proto.mutable_not_before() = ToProto(event.not_before);
}

void Fill(const TaskQuarantined& event, records::Event* record) {
  records::TaskQuarantined& proto = *record->mutable_task_quarantined();
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  proto.set_task(event.task);
  *proto.mutable_failure() = ToProto(event.failure);
}

records::PassCompleted ProtoOf(const PassCompleted& event) {
  records::PassCompleted proto;
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  *proto.mutable_output() = ProtoOf(event.result.output);
  *proto.mutable_root() = ToProto(event.result.root);
  proto.set_absent_all(event.result.absent_all);
  proto.set_task_count(event.result.task_count);
  proto.set_absent_count(event.result.absent_count);
  return proto;
}

void Fill(const PassCompleted& event, records::Event* record) { *record->mutable_pass_completed() = ProtoOf(event); }

void Fill(const StageCompleted& event, records::Event* record) {
  records::StageCompleted& proto = *record->mutable_stage_completed();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  for (const auto& [name, output] : event.outputs) (*proto.mutable_outputs())[name] = ProtoOf(output);
  *proto.mutable_time() = ToProto(event.time);
}

// A time that is infinite is left out.
template <class Proto>
void SetTime(absl::Time time, Proto* proto, google::protobuf::Timestamp* (Proto::*field)()) {
  if (time != absl::InfiniteFuture() && time != absl::InfinitePast()) *(proto->*field)() = ToProto(time);
}

records::JobEnded ProtoOf(const JobEnded& event) {
  records::JobEnded proto;
  proto.set_job(event.job.value);
  proto.set_state(ToProto(event.state));
  SetTime(event.time, &proto, &records::JobEnded::mutable_time);
  if (!event.failure.has_value()) return proto;
  records::JobFailure& failure = *proto.mutable_failure();
  failure.set_stage(event.failure->stage);
  failure.set_pass(event.failure->pass.value);
  failure.set_block_begin(event.failure->block.begin);
  failure.set_block_end(event.failure->block.end);
  *failure.mutable_failure() = ToProto(event.failure->failure);
  return proto;
}

void Fill(const JobEnded& event, records::Event* record) { *record->mutable_job_ended() = ProtoOf(event); }

void Fill(const StateRestored& event, records::Event* record) {
  records::StateRestored& proto = *record->mutable_state_restored();
  proto.set_epoch(event.epoch.value);
  proto.set_next_job(event.next_job);
  proto.set_next_pass(event.next_pass);
  for (const auto& [tenant, time] : event.tenant_device_time) {
    (*proto.mutable_tenant_device_time())[tenant] = ToProto(time);
  }
}

void Fill(const DropsRestored& event, records::Event* record) {
  for (const auto& [time, artifact] : event.drops) {
    records::DropsRestored::Drop& drop = *record->mutable_drops_restored()->add_drops();
    *drop.mutable_time() = ToProto(time);
    drop.set_artifact(artifact.ToString());
  }
}

void Fill(const JobRestored& event, records::Event* record) {
  records::JobRestored& proto = *record->mutable_job_restored();
  *proto.mutable_submitted() = ProtoOf(event.submitted);
  *proto.mutable_ended() = ProtoOf(JobEnded{event.submitted.job, event.state, event.failure, event.end});
  SetTime(event.start, &proto, &records::JobRestored::mutable_start);
  proto.set_absent_count(event.absent_count);
  *proto.mutable_share() = ToProto(event.share);
}

void Fill(const AbsentRestored& event, records::Event* record) {
  records::AbsentRestored& proto = *record->mutable_absent_restored();
  proto.set_job(event.job.value);
  for (const AbsentView& absent : event.tasks) {
    records::AbsentRestored::Task& task = *proto.add_tasks();
    task.set_stage(absent.stage);
    task.set_pass(absent.pass.value);
    task.set_task(absent.task);
    task.set_message(Utf8(absent.message));
  }
}

records::StageCost ProtoOf(const CostView& cost) {
  records::StageCost proto;
  *proto.mutable_cost() = ToProto(cost.cost);
  const AlphaFit::Sums& sums = cost.alpha.sums();
  proto.set_count(sums.count);
  proto.set_xx(sums.xx);
  proto.set_xy(sums.xy);
  proto.set_yy(sums.yy);
  proto.set_attempts_lost(cost.attempts_lost);
  *proto.mutable_device_time() = ToProto(cost.device_time);
  *proto.mutable_wasted_time() = ToProto(cost.wasted_time);
  proto.set_verified_blocks(cost.verify.blocks);
  proto.set_verified_blocks_one_worker(cost.verify.blocks_one_worker);
  proto.set_verify_runs(cost.verify.runs_extra);
  *proto.mutable_verify_time() = ToProto(cost.verify.time_extra);
  return proto;
}

void Fill(const StageRestored& event, records::Event* record) {
  records::StageRestored& proto = *record->mutable_stage_restored();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  proto.set_state(ToProto(event.state));
  proto.set_memo(event.memo);
  for (const PassId pass : event.step) proto.add_step(pass.value);
  for (const auto& [name, output] : event.outputs) (*proto.mutable_outputs())[name] = ProtoOf(output);
  proto.set_numeric_class(event.numeric_class);
  proto.set_progress(Utf8(event.progress));
  proto.set_tasks_to_come(event.tasks_to_come);
  Fill(event.before_step, proto.mutable_before_step());
  for (const ArtifactRef& artifact : event.artifacts) proto.add_artifacts(artifact.ToString());
  for (const ArtifactRef& artifact : event.durable_artifacts) proto.add_durable_artifacts(artifact.ToString());
  SetTime(event.last_checkpoint, &proto, &records::StageRestored::mutable_last_checkpoint);
  SetTime(event.start, &proto, &records::StageRestored::mutable_start);
  SetTime(event.end, &proto, &records::StageRestored::mutable_end);
  *proto.mutable_cost() = ProtoOf(event.cost);
  for (const auto& [kernel, time] : event.kernel_duration) (*proto.mutable_kernel_duration())[kernel] = ToProto(time);
  proto.set_tasks_total(event.tasks_total);
  proto.set_tasks_committed(event.tasks_committed);
  proto.set_passes_total(event.passes_total);
  proto.set_passes_complete(event.passes_complete);
}

void Fill(const PassRestored& event, records::Event* record) {
  records::PassRestored& proto = *record->mutable_pass_restored();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  *proto.mutable_planned() = ProtoOf(event.planned);
  proto.set_volatile_(event.is_volatile);
  proto.set_frontier(event.frontier);
  proto.set_next_attempt(event.next_attempt);
  *proto.mutable_cost() = ToProto(event.cost);
  proto.set_absent_count(event.absent_count);
  if (event.finishes) proto.set_finishes(event.finishes->value);
  if (event.finished_by) proto.set_finished_by(event.finished_by->value);
  if (event.folds) {
    proto.set_folds_pass(event.folds->pass.value);
    *proto.mutable_folds_block() = ToProto(event.folds->block);
  }
  if (event.result) *proto.mutable_result() = ProtoOf(PassCompleted{event.job, event.planned.pass, *event.result});
}

records::PassProgressRestored::Leased ProtoOf(const LeasedBlock& leased) {
  records::PassProgressRestored::Leased proto;
  *proto.mutable_block() = ToProto(leased.block);
  proto.set_held(leased.held);
  for (const Attempt& attempt : leased.attempts) {
    records::PassProgressRestored::Attempt& one = *proto.add_attempts();
    one.set_number(attempt.number);
    one.set_epoch(attempt.epoch.value);
    one.set_worker(attempt.worker);
    one.set_slot(attempt.slot);
    *one.mutable_granted() = ToProto(attempt.granted);
  }
  return proto;
}

void Fill(const PassProgressRestored& event, records::Event* record) {
  using Record = records::PassProgressRestored;
  Record& proto = *record->mutable_pass_progress_restored();
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  for (const ReturnedBlock& returned : event.returned) {
    Record::Returned& one = *proto.add_returned();
    *one.mutable_block() = ToProto(returned.block);
    SetTime(returned.not_before, &one, &Record::Returned::mutable_not_before);
  }
  for (const LeasedBlock& leased : event.leased) *proto.add_leased() = ProtoOf(leased);
  for (const Node& node : event.nodes) *proto.add_nodes() = ToProto(node);
  for (const auto& [block, faults] : event.faults) {
    Record::BlockFaults& one = *proto.add_faults();
    *one.mutable_block() = ToProto(block);
    one.set_charged(faults.charged);
    one.set_unavailable(faults.unavailable);
    one.set_lost(faults.lost);
    one.set_worker(faults.worker);
    one.set_slot(faults.slot);
    SetTime(faults.avoid_until, &one, &Record::BlockFaults::mutable_avoid_until);
  }
}

}  // namespace

std::string EncodeEvent(const Event& event) {
  records::Event record;
  std::visit([&record](const auto& alternative) { Fill(alternative, &record); }, event);
  return record.SerializeAsString();
}

}  // namespace mote::coordinator
