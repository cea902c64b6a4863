#include "common/utf8.h"
#include "coordinator/convert/wire.h"
#include "coordinator/journal/convert.h"
#include "coordinator/journal/record_parts.h"
#include "coordinator/journal/snapshot_records.h"

namespace mote::coordinator {
namespace {

void Fill(const EpochStarted& event, records::Event* record) {
  record->mutable_epoch_started()->set_epoch(event.epoch.value);
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
  *proto.mutable_before() = ProtoOf(event.before);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const FinishPlanned& event, records::Event* record) {
  records::FinishPlanned& proto = *record->mutable_finish_planned();
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  *proto.mutable_finish() = ProtoOf(event.finish);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const FoldPlanned& event, records::Event* record) {
  records::FoldPlanned& proto = *record->mutable_fold_planned();
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  *proto.mutable_block() = ToProto(event.block);
  *proto.mutable_fold() = ProtoOf(event.fold);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const SubtreeFolded& event, records::Event* record) {
  records::SubtreeFolded& proto = *record->mutable_subtree_folded();
  proto.set_job(event.job.value);
  proto.set_fold(event.fold.value);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const OutputLost& event, records::Event* record) {
  records::OutputLost& proto = *record->mutable_output_lost();
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  for (const Block& block : event.blocks) *proto.add_blocks() = ToProto(block);
  proto.set_generation(event.generation);
  proto.set_worker(event.worker);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const StageCalibrated& event, records::Event* record) {
  records::StageCalibrated& proto = *record->mutable_stage_calibrated();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  *proto.mutable_calibration() = ProtoOf(event.calibration);
  *proto.mutable_time() = ToProto(event.time);
}

void Fill(const StageBound& event, records::Event* record) {
  records::StageBound& proto = *record->mutable_stage_bound();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  proto.set_numeric_class(event.numeric_class);
  proto.set_worker(event.worker);
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
  proto.set_transport(event.link.transport);
  proto.set_worker_class(Utf8(event.link.worker_class));
  proto.set_cost_cut(event.cost_cut);
}

void Fill(const BlockHeld& event, records::Event* record) { *record->mutable_block_held() = ProtoOf(event); }

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
  *proto.mutable_time() = ToProto(event.time);
  if (event.wasted > absl::ZeroDuration()) *proto.mutable_wasted() = ToProto(event.wasted);
}

void Fill(const TaskQuarantined& event, records::Event* record) {
  records::TaskQuarantined& proto = *record->mutable_task_quarantined();
  proto.set_job(event.job.value);
  proto.set_pass(event.pass.value);
  proto.set_task(event.task);
  *proto.mutable_failure() = ToProto(event.failure);
}

void Fill(const PassCompleted& event, records::Event* record) { *record->mutable_pass_completed() = ProtoOf(event); }

void Fill(const StageCompleted& event, records::Event* record) {
  records::StageCompleted& proto = *record->mutable_stage_completed();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  for (const auto& [name, output] : event.outputs) (*proto.mutable_outputs())[name] = ProtoOf(output);
  *proto.mutable_time() = ToProto(event.time);
  if (event.reused_from) proto.set_reused_from(event.reused_from->value);
}

void Fill(const BundlePublished& event, records::Event* record) {
  records::BundlePublished& proto = *record->mutable_bundle_published();
  const Bundle& bundle = event.bundle;
  proto.set_tenant(bundle.tenant);
  proto.set_name(bundle.name);
  proto.set_version(bundle.version);
  proto.set_job(bundle.job.value);
  proto.set_stage(event.stage);
  for (const auto& [name, output] : bundle.outputs) (*proto.mutable_outputs())[name] = ProtoOf(output);
  *proto.mutable_time() = ToProto(bundle.time);
}

void Fill(const JobRetried& event, records::Event* record) {
  records::JobRetried& proto = *record->mutable_job_retried();
  proto.set_job(event.job.value);
  *proto.mutable_time() = ToProto(event.time);
  *proto.mutable_used() = ProtoOf(event.used);
}

void Fill(const JobForgotten& event, records::Event* record) {
  record->mutable_job_forgotten()->set_job(event.job.value);
  *record->mutable_job_forgotten()->mutable_time() = ToProto(event.time);
}

void Fill(const JobEnded& event, records::Event* record) { *record->mutable_job_ended() = ProtoOf(event); }

records::Event ToRecord(const Event& event) {
  records::Event record;
  std::visit([&record](const auto& alternative) { Fill(alternative, &record); }, event);
  return record;
}

}  // namespace

std::string EncodeEvent(const Event& event) { return ToRecord(event).SerializeAsString(); }

std::vector<std::string> EncodeEvents(const std::vector<Event>& events, size_t record_bytes_max) {
  constexpr size_t kFieldBytesMax = 8;  // tag and length of an element of `more`
  std::vector<std::string> encoded;
  records::Event record;
  size_t bytes = 0;
  for (const Event& event : events) {
    records::Event next = ToRecord(event);
    const size_t next_bytes = next.ByteSizeLong() + kFieldBytesMax;
    if (bytes > 0 && bytes + next_bytes <= record_bytes_max) {
      *record.add_more() = std::move(next);
      bytes += next_bytes;
      continue;
    }
    if (bytes > 0) encoded.push_back(record.SerializeAsString());
    record = std::move(next);
    bytes = next_bytes;
  }
  if (bytes > 0) encoded.push_back(record.SerializeAsString());
  return encoded;
}

}  // namespace mote::coordinator
