#include <string>

#include "common/utf8.h"
#include "coordinator/convert/job_convert.h"
#include "coordinator/convert/wire.h"
#include "coordinator/journal/record_parts.h"
#include "coordinator/journal/snapshot_records.h"

namespace mote::coordinator {
namespace {

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

}  // namespace

void Fill(const HeldRestored& event, records::Event* record) {
  *record->mutable_held_restored()->mutable_run() = ProtoOf(event.run);
}

void Fill(const StateRestored& event, records::Event* record) {
  records::StateRestored& proto = *record->mutable_state_restored();
  proto.set_epoch(event.epoch.value);
  proto.set_next_job(event.next_job);
  proto.set_next_pass(event.next_pass);
  for (const auto& [tenant, time] : event.tenant_device_time) {
    (*proto.mutable_tenant_device_time())[tenant] = ToProto(time);
  }
  for (const JobId job : event.retryable) proto.add_retryable(job.value);
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
  proto.set_retries(event.retries);
  *proto.mutable_used_before_retry() = ProtoOf(event.used_before_retry);
  SetTime(event.deadline, &proto, &records::JobRestored::mutable_deadline);
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
    task.set_kind(absent.kind);
    task.set_worker(Utf8(absent.worker));
  }
}

void Fill(const StoryRestored& event, records::Event* record) {
  records::StoryRestored& proto = *record->mutable_story_restored();
  proto.set_job(event.job.value);
  proto.set_failed(event.failed);
  for (const FailedAttempt& failed : event.attempts) {
    records::StoryRestored::Attempt& attempt = *proto.add_attempts();
    *attempt.mutable_time() = ToProto(failed.time);
    attempt.set_stage(failed.stage);
    attempt.set_pass(failed.pass.value);
    attempt.set_label(Utf8(failed.label));
    attempt.set_task_begin(failed.tasks.begin);
    attempt.set_task_end(failed.tasks.end);
    attempt.set_attempt(failed.attempt);
    *attempt.mutable_failure() = ToProto(failed.failure);
    attempt.set_pieces(failed.pieces);
    *attempt.mutable_not_before() = ToProto(failed.not_before);
  }
}

void Fill(const KeptRestored& event, records::Event* record) {
  records::KeptRestored& proto = *record->mutable_kept_restored();
  proto.set_job(event.job.value);
  proto.set_stage(event.stage);
  proto.set_computed(std::string(event.computed.Raw()));
  for (const Node& node : event.nodes) *proto.add_nodes() = ToProto(node);
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
  proto.mutable_site_classes()->insert(event.site_classes.begin(), event.site_classes.end());
  proto.set_progress(Utf8(event.progress));
  proto.set_tasks_to_come(event.tasks_to_come);
  *proto.mutable_before_step() = ProtoOf(event.before_step);
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
  proto.set_absent_count(event.absent_count);
  if (event.reused_from) proto.set_reused_from(event.reused_from->value);
  if (event.computed) proto.set_computed(std::string(event.computed->Raw()));
  if (event.calibration) *proto.mutable_calibration() = ProtoOf(*event.calibration);
  proto.set_probe_tasks(event.probes.tasks);
  *proto.mutable_probes_used() = ProtoOf(event.probes.used);
  Cost probe_cost;
  probe_cost.task_ns = event.probes.task_ns;
  *proto.mutable_probe_cost() = ToProto(probe_cost);
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
  proto.set_loses_nodes(!event.keeps_nodes);
  proto.set_generation(event.generation);
  SetTime(event.planned_time, &proto, &records::PassRestored::mutable_planned_time);
  if (event.result) *proto.mutable_result() = ProtoOf(PassCompleted{event.job, event.planned.pass, *event.result});
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
  for (const int64_t task : event.held_absent) proto.add_held_absent(task);
  for (const int64_t task : event.absent) proto.add_absent(task);
  for (const Node& node : event.finished_nodes) *proto.add_finished_nodes() = ToProto(node);
}

}  // namespace mote::coordinator
