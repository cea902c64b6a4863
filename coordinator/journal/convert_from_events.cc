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

void Fill(const EpochStarted& event, records::Event* record) {
  record->mutable_epoch_started()->set_epoch(event.epoch.value);
}

void Fill(const JobSubmitted& event, records::Event* record) {
  records::JobSubmitted& proto = *record->mutable_job_submitted();
  proto.set_job(event.job.value);
  *proto.mutable_spec() = ToProtoWithoutParameters(event.spec);
  for (const StageSpec& stage : event.spec.stages) {
    proto.add_parameters(stage.parameters);
    proto.add_reduce_parameters(stage.reduce.parameters);
  }
  proto.set_request_id(event.request_id);
  proto.set_principal(event.principal);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const StepPlanned& event, records::Event* record) {
  records::StepPlanned& proto = *record->mutable_step_planned();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  proto.set_memo(event.memo);
  for (const PlannedPass& pass : event.passes) *proto.add_passes() = ProtoOf(pass);
  proto.set_volatile_(event.is_volatile);
  for (const ArtifactRef& artifact : event.artifacts) proto.add_artifacts(artifact.ToString());
  proto.set_progress(Utf8(event.progress));
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

void Fill(const PassCompleted& event, records::Event* record) {
  records::PassCompleted& proto = *record->mutable_pass_completed();
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  *proto.mutable_output() = ProtoOf(event.result.output);
  *proto.mutable_root() = ToProto(event.result.root);
  proto.set_absent_all(event.result.absent_all);
  proto.set_task_count(event.result.task_count);
  proto.set_absent_count(event.result.absent_count);
}

void Fill(const StageCompleted& event, records::Event* record) {
  records::StageCompleted& proto = *record->mutable_stage_completed();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  for (const auto& [name, output] : event.outputs) (*proto.mutable_outputs())[name] = ProtoOf(output);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const JobEnded& event, records::Event* record) {
  records::JobEnded& proto = *record->mutable_job_ended();
  proto.set_job(event.job.value);
  proto.set_state(ToProto(event.state));
  *proto.mutable_time() = ToProto(event.time);
  if (!event.failure.has_value()) return;
  records::JobFailure& failure = *proto.mutable_failure();
  failure.set_stage(event.failure->stage);
  failure.set_pass(event.failure->pass.value);
  failure.set_block_begin(event.failure->block.begin);
  failure.set_block_end(event.failure->block.end);
  *failure.mutable_failure() = ToProto(event.failure->failure);
}

}  // namespace

std::string EncodeEvent(const Event& event) {
  records::Event record;
  std::visit([&record](const auto& alternative) { Fill(alternative, &record); }, event);
  return record.SerializeAsString();
}

}  // namespace mote::coordinator
