#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "coordinator/convert/job_convert.h"
#include "coordinator/convert/pass_convert.h"
#include "coordinator/convert/time_convert.h"
#include "coordinator/journal/convert.h"
#include "mote/journal/v1/journal.pb.h"

namespace mote::coordinator {
namespace {

namespace records = ::mote::journal::v1;

absl::StatusOr<PlannedPass> From(const records::PlannedPass& proto) {
  PlannedPass planned{{proto.pass()}, {}};
  MOTE_ASSIGN_OR_RETURN(planned.spec, FromProto(proto.spec()));
  return planned;
}

absl::StatusOr<Output> From(const records::Output& proto) {
  Output output;
  MOTE_ASSIGN_OR_RETURN(output.kind, FromProto(proto.kind()));
  MOTE_ASSIGN_OR_RETURN(output.content, FromProto(proto.content()));
  output.rows = proto.rows();
  output.bytes = proto.bytes();
  output.schema = proto.schema();
  return output;
}

absl::StatusOr<Event> From(const records::EpochStarted& proto) { return EpochStarted{{proto.epoch()}}; }

absl::StatusOr<JobSubmitted> SubmittedFrom(const records::JobSubmitted& proto) {
  JobSubmitted event;
  event.job = {proto.job()};
  MOTE_ASSIGN_OR_RETURN(event.spec, FromProto(proto.spec()));
  const int stages = static_cast<int>(event.spec.stages.size());
  if (proto.parameters_size() != stages || proto.reduce_parameters_size() != stages) {
    return absl::InvalidArgumentError(
        absl::StrCat("JobSubmitted: ", stages, " stages with ", proto.parameters_size(), " parameters"));
  }
  for (int i = 0; i < stages; ++i) {
    event.spec.stages[static_cast<size_t>(i)].parameters = proto.parameters(i);
    event.spec.stages[static_cast<size_t>(i)].reduce.parameters = proto.reduce_parameters(i);
  }
  event.request_id = proto.request_id();
  event.principal = proto.principal();
  event.time = FromProto(proto.time());
  return event;
}

absl::StatusOr<Event> From(const records::JobSubmitted& proto) { return SubmittedFrom(proto); }

absl::StatusOr<StageTotals> From(const records::StageTotals& proto) {
  StageTotals totals{proto.steps(),
                     proto.passes(),
                     proto.passes_complete(),
                     proto.tasks(),
                     proto.tasks_committed(),
                     FromProto(proto.device_time()),
                     {}};
  MOTE_ASSIGN_OR_RETURN(totals.cost, FromProto(proto.cost()));
  return totals;
}

absl::StatusOr<Event> From(const records::StepPlanned& proto) {
  StepPlanned event;
  event.job = {proto.job()};
  event.stage = proto.stage();
  event.memo = proto.memo();
  event.is_volatile = proto.volatile_();
  event.progress = proto.progress();
  event.tasks_to_come = proto.tasks_to_come();
  MOTE_ASSIGN_OR_RETURN(event.before, From(proto.before()));
  event.time = FromProto(proto.time());
  for (const records::PlannedPass& pass : proto.passes()) {
    MOTE_ASSIGN_OR_RETURN(PlannedPass planned, From(pass));
    event.passes.push_back(std::move(planned));
  }
  for (const std::string& text : proto.artifacts()) {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(text));
    event.artifacts.push_back(artifact);
  }
  return event;
}

absl::StatusOr<Event> From(const records::FinishPlanned& proto) {
  FinishPlanned event{{proto.job()}, {proto.pass()}, {}};
  MOTE_ASSIGN_OR_RETURN(event.finish, From(proto.finish()));
  return event;
}

absl::StatusOr<Event> From(const records::FoldPlanned& proto) {
  FoldPlanned event{{proto.job()}, {proto.pass()}, {}, {}};
  MOTE_ASSIGN_OR_RETURN(event.block, FromProto(proto.block()));
  MOTE_ASSIGN_OR_RETURN(event.fold, From(proto.fold()));
  return event;
}

absl::StatusOr<Event> From(const records::SubtreeFolded& proto) {
  return SubtreeFolded{{proto.job()}, {proto.fold()}, FromProto(proto.time())};
}

absl::StatusOr<Event> From(const records::StageBound& proto) {
  return StageBound{{proto.job()}, proto.stage(), proto.numeric_class()};
}

absl::StatusOr<std::vector<Node>> NodesOf(const google::protobuf::RepeatedPtrField<v1::Node>& protos) {
  std::vector<Node> nodes;
  nodes.reserve(protos.size());
  for (const v1::Node& proto : protos) {
    MOTE_ASSIGN_OR_RETURN(Node node, FromProto(proto));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

absl::StatusOr<Event> From(const records::LeaseGranted& proto) {
  LeaseGranted event{{}, proto.worker(), proto.slot(), FromProto(proto.time())};
  MOTE_ASSIGN_OR_RETURN(event.token, FromProto(proto.token()));
  return event;
}

absl::StatusOr<Event> From(const records::LeaseReissued& proto) {
  LeaseReissued event{{}, {proto.epoch()}};
  MOTE_ASSIGN_OR_RETURN(event.held, FromProto(proto.held()));
  return event;
}

absl::StatusOr<Event> From(const records::BlockCommitted& proto) {
  BlockCommitted event;
  MOTE_ASSIGN_OR_RETURN(event.token, FromProto(proto.token()));
  event.worker = proto.worker();
  MOTE_ASSIGN_OR_RETURN(event.nodes, NodesOf(proto.nodes()));
  MOTE_ASSIGN_OR_RETURN(event.cost, FromProto(proto.cost()));
  event.slot_time = FromProto(proto.slot_time());
  event.wasted = FromProto(proto.wasted());
  event.runs = std::max(1, proto.runs());
  event.independent = !proto.dependent();
  return event;
}

absl::StatusOr<BlockHeld> HeldOf(const records::BlockHeld& proto) {
  BlockHeld event;
  MOTE_ASSIGN_OR_RETURN(event.token, FromProto(proto.token()));
  event.worker = proto.worker();
  MOTE_ASSIGN_OR_RETURN(event.nodes, NodesOf(proto.nodes()));
  MOTE_ASSIGN_OR_RETURN(event.cost, FromProto(proto.cost()));
  event.slot_time = FromProto(proto.slot_time());
  return event;
}

absl::StatusOr<Event> From(const records::BlockHeld& proto) { return HeldOf(proto); }

absl::StatusOr<Event> From(const records::HeldRestored& proto) {
  HeldRestored event;
  MOTE_ASSIGN_OR_RETURN(event.run, HeldOf(proto.run()));
  return event;
}

absl::StatusOr<Event> From(const records::WorkerDistrusted& proto) {
  return WorkerDistrusted{{proto.job()}, proto.worker(), proto.reason()};
}

absl::StatusOr<Event> From(const records::AttemptRevoked& proto) {
  AttemptRevoked event;
  MOTE_ASSIGN_OR_RETURN(event.token, FromProto(proto.token()));
  return event;
}

absl::StatusOr<Event> From(const records::AttemptFailed& proto) {
  AttemptFailed event;
  MOTE_ASSIGN_OR_RETURN(event.token, FromProto(proto.token()));
  MOTE_ASSIGN_OR_RETURN(event.failure, FromProto(proto.failure()));
  for (const v1::Block& piece_proto : proto.pieces()) {
    MOTE_ASSIGN_OR_RETURN(const Block piece, FromProto(piece_proto));
    event.pieces.push_back(piece);
  }
  event.not_before = FromProto(proto.not_before());
  return event;
}

absl::StatusOr<Event> From(const records::TaskQuarantined& proto) {
  TaskQuarantined event{{proto.job()}, {proto.pass()}, proto.task(), {}};
  MOTE_ASSIGN_OR_RETURN(event.failure, FromProto(proto.failure()));
  return event;
}

absl::StatusOr<CompletedPass> ResultFrom(const records::PassCompleted& proto) {
  CompletedPass result;
  MOTE_ASSIGN_OR_RETURN(result.output, From(proto.output()));
  MOTE_ASSIGN_OR_RETURN(result.root, FromProto(proto.root()));
  result.absent_all = proto.absent_all();
  result.task_count = proto.task_count();
  result.absent_count = proto.absent_count();
  return result;
}

absl::StatusOr<Event> From(const records::PassCompleted& proto) {
  PassCompleted event{{proto.job()}, {proto.pass()}, {}};
  MOTE_ASSIGN_OR_RETURN(event.result, ResultFrom(proto));
  return event;
}

absl::StatusOr<Event> From(const records::StageCompleted& proto) {
  StageCompleted event{{proto.job()}, proto.stage(), {}, FromProto(proto.time())};
  for (const auto& [name, output] : proto.outputs()) {
    MOTE_ASSIGN_OR_RETURN(event.outputs[name], From(output));
  }
  return event;
}

absl::StatusOr<JobEnded> EndedFrom(const records::JobEnded& proto) {
  JobEnded event;
  event.job = {proto.job()};
  MOTE_ASSIGN_OR_RETURN(event.state, FromProto(proto.state()));
  event.time = FromProto(proto.time());
  if (!proto.has_failure()) return event;
  const records::JobFailure& failure = proto.failure();
  event.failure = JobFailure{failure.stage(), {failure.pass()}, {failure.block_begin(), failure.block_end()}, {}};
  MOTE_ASSIGN_OR_RETURN(event.failure->failure, FromProto(failure.failure()));
  return event;
}

absl::StatusOr<Event> From(const records::JobEnded& proto) { return EndedFrom(proto); }

absl::StatusOr<std::vector<ArtifactRef>> From(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::vector<ArtifactRef> artifacts;
  for (const std::string& text : texts) {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(text));
    artifacts.push_back(artifact);
  }
  return artifacts;
}

absl::StatusOr<Event> From(const records::StateRestored& proto) {
  StateRestored event{{proto.epoch()}, proto.next_job(), proto.next_pass(), {}};
  for (const auto& [tenant, time] : proto.tenant_device_time()) event.tenant_device_time[tenant] = FromProto(time);
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
  return event;
}

absl::StatusOr<Event> From(const records::AbsentRestored& proto) {
  AbsentRestored event{{proto.job()}, {}};
  for (const records::AbsentRestored::Task& task : proto.tasks()) {
    event.tasks.push_back({task.stage(), {task.pass()}, task.task(), task.message()});
  }
  return event;
}

absl::StatusOr<CostView> From(const records::StageCost& proto) {
  CostView cost;
  MOTE_ASSIGN_OR_RETURN(cost.cost, FromProto(proto.cost()));
  cost.alpha = AlphaFit({proto.count(), proto.xx(), proto.xy(), proto.yy()});
  cost.attempts_lost = proto.attempts_lost();
  cost.device_time = FromProto(proto.device_time());
  cost.wasted_time = FromProto(proto.wasted_time());
  cost.verify = {proto.verified_blocks(), proto.verified_blocks_one_worker(), proto.verify_runs(),
                 FromProto(proto.verify_time())};
  return cost;
}

absl::StatusOr<Event> From(const records::StageRestored& proto) {
  StageRestored event;
  event.job = {proto.job()};
  event.stage = proto.stage();
  MOTE_ASSIGN_OR_RETURN(event.state, FromProto(proto.state()));
  event.memo = proto.memo();
  for (const uint64_t pass : proto.step()) event.step.push_back({pass});
  for (const auto& [name, output] : proto.outputs()) {
    MOTE_ASSIGN_OR_RETURN(event.outputs[name], From(output));
  }
  event.numeric_class = proto.numeric_class();
  event.progress = proto.progress();
  event.tasks_to_come = proto.tasks_to_come();
  MOTE_ASSIGN_OR_RETURN(event.before_step, From(proto.before_step()));
  MOTE_ASSIGN_OR_RETURN(event.artifacts, From(proto.artifacts()));
  MOTE_ASSIGN_OR_RETURN(event.durable_artifacts, From(proto.durable_artifacts()));
  event.last_checkpoint = proto.has_last_checkpoint() ? FromProto(proto.last_checkpoint()) : absl::InfinitePast();
  event.start = proto.has_start() ? FromProto(proto.start()) : absl::InfiniteFuture();
  event.end = proto.has_end() ? FromProto(proto.end()) : absl::InfiniteFuture();
  MOTE_ASSIGN_OR_RETURN(event.cost, From(proto.cost()));
  for (const auto& [kernel, time] : proto.kernel_duration()) event.kernel_duration[kernel] = FromProto(time);
  event.tasks_total = proto.tasks_total();
  event.tasks_committed = proto.tasks_committed();
  event.passes_total = proto.passes_total();
  event.passes_complete = proto.passes_complete();
  return event;
}

absl::StatusOr<Event> From(const records::PassRestored& proto) {
  PassRestored event;
  event.job = {proto.job()};
  event.stage = proto.stage();
  MOTE_ASSIGN_OR_RETURN(event.planned, From(proto.planned()));
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
  MOTE_ASSIGN_OR_RETURN(event.nodes, NodesOf(proto.nodes()));
  for (const records::PassProgressRestored::BlockFaults& one : proto.faults()) {
    MOTE_ASSIGN_OR_RETURN(const Block block, FromProto(one.block()));
    const absl::Time avoid_until = one.has_avoid_until() ? FromProto(one.avoid_until()) : absl::InfinitePast();
    event.faults[block] = {one.charged(), one.unavailable(), one.lost(), one.worker(), one.slot(), avoid_until};
  }
  return event;
}

absl::StatusOr<Event> From(const records::Event& record) {
  switch (record.event_case()) {
    case records::Event::kEpochStarted:
      return From(record.epoch_started());
    case records::Event::kJobSubmitted:
      return From(record.job_submitted());
    case records::Event::kStepPlanned:
      return From(record.step_planned());
    case records::Event::kFinishPlanned:
      return From(record.finish_planned());
    case records::Event::kFoldPlanned:
      return From(record.fold_planned());
    case records::Event::kSubtreeFolded:
      return From(record.subtree_folded());
    case records::Event::kStageBound:
      return From(record.stage_bound());
    case records::Event::kLeaseGranted:
      return From(record.lease_granted());
    case records::Event::kLeaseReissued:
      return From(record.lease_reissued());
    case records::Event::kBlockCommitted:
      return From(record.block_committed());
    case records::Event::kAttemptFailed:
      return From(record.attempt_failed());
    case records::Event::kHeldRestored:
      return From(record.held_restored());
    case records::Event::kBlockHeld:
      return From(record.block_held());
    case records::Event::kWorkerDistrusted:
      return From(record.worker_distrusted());
    case records::Event::kAttemptRevoked:
      return From(record.attempt_revoked());
    case records::Event::kTaskQuarantined:
      return From(record.task_quarantined());
    case records::Event::kPassCompleted:
      return From(record.pass_completed());
    case records::Event::kStageCompleted:
      return From(record.stage_completed());
    case records::Event::kJobEnded:
      return From(record.job_ended());
    case records::Event::kStateRestored:
      return From(record.state_restored());
    case records::Event::kDropsRestored:
      return From(record.drops_restored());
    case records::Event::kJobRestored:
      return From(record.job_restored());
    case records::Event::kAbsentRestored:
      return From(record.absent_restored());
    case records::Event::kStageRestored:
      return From(record.stage_restored());
    case records::Event::kPassRestored:
      return From(record.pass_restored());
    case records::Event::kPassProgressRestored:
      return From(record.pass_progress_restored());
    case records::Event::EVENT_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("an event that this version does not know; run the version that wrote it");
}

}  // namespace

absl::StatusOr<Event> DecodeEvent(std::string_view record) {
  records::Event proto;
  if (!proto.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return absl::InvalidArgumentError("not a record of mote.journal.v1");
  }
  return From(proto);
}

}  // namespace mote::coordinator
