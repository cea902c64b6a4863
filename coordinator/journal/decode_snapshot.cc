#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "coordinator/convert/job_convert.h"
#include "coordinator/convert/wire.h"
#include "coordinator/journal/record_parts.h"
#include "coordinator/journal/snapshot_records.h"

namespace mote::coordinator {
namespace {

absl::StatusOr<Event> From(const records::HeldRestored& proto) {
  HeldRestored event;
  MOTE_ASSIGN_OR_RETURN(event.run, HeldFrom(proto.run()));
  return event;
}

absl::StatusOr<Event> From(const records::StateRestored& proto) {
  StateRestored event{{proto.epoch()}, proto.next_job(), proto.next_pass(), {}};
  for (const auto& [tenant, time] : proto.tenant_device_time()) event.tenant_device_time[tenant] = FromProto(time);
  for (const uint64_t job : proto.retryable()) event.retryable.push_back(JobId{job});
  return event;
}

absl::StatusOr<Event> From(const records::DropsRestored& proto) {
  DropsRestored event;
  for (const records::DropsRestored::Drop& drop : proto.drops()) {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(drop.artifact()));
    event.drops.emplace_back(FromProto(drop.time()), artifact);
  }
  return event;
}

absl::StatusOr<Event> From(const records::JobRestored& proto) {
  JobRestored event;
  MOTE_ASSIGN_OR_RETURN(event.submitted, SubmittedFrom(proto.submitted()));
  MOTE_ASSIGN_OR_RETURN(JobEnded ended, EndedFrom(proto.ended()));
  event.state = ended.state;
  event.failure = std::move(ended.failure);
  event.start = proto.has_start() ? FromProto(proto.start()) : absl::InfiniteFuture();
  event.end = proto.ended().has_time() ? ended.time : absl::InfiniteFuture();
  event.absent_count = proto.absent_count();
  event.share = FromProto(proto.share());
  event.retries = proto.retries();
  event.used_before_retry = UsageFrom(proto.used_before_retry());
  event.deadline = proto.has_deadline() ? FromProto(proto.deadline()) : absl::InfiniteFuture();
  return event;
}

absl::StatusOr<Event> From(const records::StoryRestored& proto) {
  StoryRestored event{{proto.job()}, {}, proto.failed()};
  for (const records::StoryRestored::Attempt& attempt : proto.attempts()) {
    FailedAttempt& failed = event.attempts.emplace_back();
    failed.time = FromProto(attempt.time());
    failed.stage = attempt.stage();
    failed.pass = {attempt.pass()};
    failed.label = attempt.label();
    failed.tasks = {attempt.task_begin(), attempt.task_end()};
    failed.attempt = attempt.attempt();
    MOTE_ASSIGN_OR_RETURN(failed.failure, FromProto(attempt.failure()));
    failed.pieces = attempt.pieces();
    failed.not_before = FromProto(attempt.not_before());
  }
  return event;
}

absl::StatusOr<Event> From(const records::KeptRestored& proto) {
  KeptRestored event{{proto.job()}, proto.stage(), {}, {}};
  MOTE_ASSIGN_OR_RETURN(event.computed, Digest::FromRaw(proto.computed()));
  MOTE_ASSIGN_OR_RETURN(event.nodes, NodesFrom(proto.nodes()));
  return event;
}

absl::StatusOr<Event> From(const records::AbsentRestored& proto) {
  AbsentRestored event{{proto.job()}, {}};
  for (const records::AbsentRestored::Task& task : proto.tasks()) {
    event.tasks.push_back({task.stage(), {task.pass()}, task.task(), task.message(), task.kind(), task.worker()});
  }
  return event;
}

absl::StatusOr<Event> From(const records::StageRestored& proto) {
  StageRestored event;
  event.job = {proto.job()};
  event.stage = proto.stage();
  MOTE_ASSIGN_OR_RETURN(event.state, FromProto(proto.state()));
  event.memo = proto.memo();
  for (const uint64_t pass : proto.step()) event.step.push_back({pass});
  for (const auto& [name, output] : proto.outputs()) {
    MOTE_ASSIGN_OR_RETURN(event.outputs[name], OutputFrom(output));
  }
  event.numeric_class = proto.numeric_class();
  event.site_classes.insert(proto.site_classes().begin(), proto.site_classes().end());
  event.progress = proto.progress();
  event.tasks_to_come = proto.tasks_to_come();
  MOTE_ASSIGN_OR_RETURN(event.before_step, TotalsFrom(proto.before_step()));
  MOTE_ASSIGN_OR_RETURN(event.artifacts, ArtifactsFrom(proto.artifacts()));
  MOTE_ASSIGN_OR_RETURN(event.durable_artifacts, ArtifactsFrom(proto.durable_artifacts()));
  event.last_checkpoint = proto.has_last_checkpoint() ? FromProto(proto.last_checkpoint()) : absl::InfinitePast();
  event.start = proto.has_start() ? FromProto(proto.start()) : absl::InfiniteFuture();
  event.end = proto.has_end() ? FromProto(proto.end()) : absl::InfiniteFuture();
  MOTE_ASSIGN_OR_RETURN(event.cost, CostFrom(proto.cost()));
  for (const auto& [kernel, time] : proto.kernel_duration()) event.kernel_duration[kernel] = FromProto(time);
  event.tasks_total = proto.tasks_total();
  event.tasks_committed = proto.tasks_committed();
  event.passes_total = proto.passes_total();
  event.passes_complete = proto.passes_complete();
  event.absent_count = proto.absent_count();
  if (proto.reused_from() != 0) event.reused_from = JobId{proto.reused_from()};
  if (!proto.computed().empty()) {
    MOTE_ASSIGN_OR_RETURN(event.computed, Digest::FromRaw(proto.computed()));
  }
  if (proto.has_calibration()) event.calibration = CalibrationFrom(proto.calibration());
  MOTE_ASSIGN_OR_RETURN(const Cost probe_cost, FromProto(proto.probe_cost()));
  event.probes = {proto.probe_tasks(), UsageFrom(proto.probes_used()), probe_cost.task_ns};
  return event;
}

absl::StatusOr<Event> From(const records::PassRestored& proto) {
  PassRestored event;
  event.job = {proto.job()};
  event.stage = proto.stage();
  MOTE_ASSIGN_OR_RETURN(event.planned, PassFrom(proto.planned()));
  event.is_volatile = proto.volatile_();
  event.frontier = proto.frontier();
  event.next_attempt = proto.next_attempt();
  MOTE_ASSIGN_OR_RETURN(event.cost, FromProto(proto.cost()));
  event.absent_count = proto.absent_count();
  if (proto.has_finishes()) event.finishes = PassId{proto.finishes()};
  if (proto.has_finished_by()) event.finished_by = PassId{proto.finished_by()};
  if (proto.has_folds_pass()) {
    event.folds = FoldedSubtree{{proto.folds_pass()}, {}};
    MOTE_ASSIGN_OR_RETURN(event.folds->block, FromProto(proto.folds_block()));
  }
  if (proto.has_result()) {
    MOTE_ASSIGN_OR_RETURN(event.result, ResultFrom(proto.result()));
  }
  event.keeps_nodes = !proto.loses_nodes();
  event.generation = proto.generation();
  event.planned_time = proto.has_planned_time() ? FromProto(proto.planned_time()) : absl::InfinitePast();
  return event;
}

absl::StatusOr<LeasedBlock> From(const records::PassProgressRestored::Leased& proto) {
  LeasedBlock leased;
  MOTE_ASSIGN_OR_RETURN(leased.block, FromProto(proto.block()));
  leased.held = proto.held();
  for (const records::PassProgressRestored::Attempt& one : proto.attempts()) {
    leased.attempts.push_back({one.number(), {one.epoch()}, one.worker(), one.slot(), FromProto(one.granted())});
  }
  return leased;
}

absl::StatusOr<Event> From(const records::PassProgressRestored& proto) {
  PassProgressRestored event{{proto.job()}, {proto.pass()}, {}, {}, {}, {}};
  for (const records::PassProgressRestored::Returned& one : proto.returned()) {
    MOTE_ASSIGN_OR_RETURN(const Block block, FromProto(one.block()));
    event.returned.push_back({block, one.has_not_before() ? FromProto(one.not_before()) : absl::InfinitePast()});
  }
  for (const records::PassProgressRestored::Leased& one : proto.leased()) {
    MOTE_ASSIGN_OR_RETURN(LeasedBlock leased, From(one));
    event.leased.push_back(std::move(leased));
  }
  MOTE_ASSIGN_OR_RETURN(event.nodes, NodesFrom(proto.nodes()));
  for (const records::PassProgressRestored::BlockFaults& one : proto.faults()) {
    MOTE_ASSIGN_OR_RETURN(const Block block, FromProto(one.block()));
    const absl::Time avoid_until = one.has_avoid_until() ? FromProto(one.avoid_until()) : absl::InfinitePast();
    event.faults[block] = {one.charged(), one.unavailable(), one.lost(), one.worker(), one.slot(), avoid_until};
  }
  event.held_absent.assign(proto.held_absent().begin(), proto.held_absent().end());
  event.absent.assign(proto.absent().begin(), proto.absent().end());
  MOTE_ASSIGN_OR_RETURN(event.finished_nodes, NodesFrom(proto.finished_nodes()));
  return event;
}

}  // namespace

absl::StatusOr<Event> RestoredFrom(const records::Event& record) {
  switch (record.event_case()) {
    case records::Event::kStateRestored:
      return From(record.state_restored());
    case records::Event::kDropsRestored:
      return From(record.drops_restored());
    case records::Event::kJobRestored:
      return From(record.job_restored());
    case records::Event::kAbsentRestored:
      return From(record.absent_restored());
    case records::Event::kStoryRestored:
      return From(record.story_restored());
    case records::Event::kStageRestored:
      return From(record.stage_restored());
    case records::Event::kKeptRestored:
      return From(record.kept_restored());
    case records::Event::kPassRestored:
      return From(record.pass_restored());
    case records::Event::kPassProgressRestored:
      return From(record.pass_progress_restored());
    case records::Event::kHeldRestored:
      return From(record.held_restored());
    default:
      return absl::InvalidArgumentError("an event that this version does not know; run the version that wrote it");
  }
}

}  // namespace mote::coordinator
