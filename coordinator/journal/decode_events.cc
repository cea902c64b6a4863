#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "coordinator/convert/wire.h"
#include "coordinator/journal/convert.h"
#include "coordinator/journal/record_parts.h"
#include "coordinator/journal/snapshot_records.h"

namespace mote::coordinator {
namespace {

absl::StatusOr<Event> From(const records::EpochStarted& proto) { return EpochStarted{{proto.epoch()}}; }

absl::StatusOr<Event> From(const records::JobSubmitted& proto) { return SubmittedFrom(proto); }

absl::StatusOr<Event> From(const records::StepPlanned& proto) {
  StepPlanned event;
  event.job = {proto.job()};
  event.stage = proto.stage();
  event.memo = proto.memo();
  event.is_volatile = proto.volatile_();
  event.progress = proto.progress();
  event.tasks_to_come = proto.tasks_to_come();
  MOTE_ASSIGN_OR_RETURN(event.before, TotalsFrom(proto.before()));
  event.time = FromProto(proto.time());
  for (const records::PlannedPass& pass : proto.passes()) {
    MOTE_ASSIGN_OR_RETURN(PlannedPass planned, PassFrom(pass));
    event.passes.push_back(std::move(planned));
  }
  MOTE_ASSIGN_OR_RETURN(event.artifacts, ArtifactsFrom(proto.artifacts()));
  return event;
}

absl::StatusOr<Event> From(const records::FinishPlanned& proto) {
  FinishPlanned event{{proto.job()}, {proto.pass()}, {}, FromProto(proto.time())};
  MOTE_ASSIGN_OR_RETURN(event.finish, PassFrom(proto.finish()));
  return event;
}

absl::StatusOr<Event> From(const records::FoldPlanned& proto) {
  FoldPlanned event{{proto.job()}, {proto.pass()}, {}, {}, FromProto(proto.time())};
  MOTE_ASSIGN_OR_RETURN(event.block, FromProto(proto.block()));
  MOTE_ASSIGN_OR_RETURN(event.fold, PassFrom(proto.fold()));
  return event;
}

absl::StatusOr<Event> From(const records::SubtreeFolded& proto) {
  return SubtreeFolded{{proto.job()}, {proto.fold()}, FromProto(proto.time())};
}

absl::StatusOr<Event> From(const records::OutputLost& proto) {
  OutputLost event{{proto.job()}, {proto.pass()}, {}, proto.generation(), proto.worker(), FromProto(proto.time())};
  for (const v1::Block& block_proto : proto.blocks()) {
    MOTE_ASSIGN_OR_RETURN(const Block block, FromProto(block_proto));
    event.blocks.push_back(block);
  }
  return event;
}

absl::StatusOr<Event> From(const records::StageCalibrated& proto) {
  return StageCalibrated{{proto.job()}, proto.stage(), CalibrationFrom(proto.calibration()), FromProto(proto.time())};
}

absl::StatusOr<Event> From(const records::StageBound& proto) {
  return StageBound{{proto.job()}, proto.stage(), proto.numeric_class(), proto.worker()};
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
  MOTE_ASSIGN_OR_RETURN(event.nodes, NodesFrom(proto.nodes()));
  MOTE_ASSIGN_OR_RETURN(event.cost, FromProto(proto.cost()));
  event.slot_time = FromProto(proto.slot_time());
  event.wasted = FromProto(proto.wasted());
  event.runs = std::max(1, proto.runs());
  event.independent = !proto.dependent();
  event.link = {proto.transport(), proto.worker_class()};
  event.cost_cut = proto.cost_cut();
  return event;
}

absl::StatusOr<Event> From(const records::BlockHeld& proto) { return HeldFrom(proto); }

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
  event.time = FromProto(proto.time());
  event.wasted = FromProto(proto.wasted());
  return event;
}

absl::StatusOr<Event> From(const records::TaskQuarantined& proto) {
  TaskQuarantined event{{proto.job()}, {proto.pass()}, proto.task(), {}};
  MOTE_ASSIGN_OR_RETURN(event.failure, FromProto(proto.failure()));
  return event;
}

absl::StatusOr<Event> From(const records::PassCompleted& proto) {
  PassCompleted event{{proto.job()}, {proto.pass()}, {}};
  MOTE_ASSIGN_OR_RETURN(event.result, ResultFrom(proto));
  return event;
}

absl::StatusOr<Event> From(const records::StageCompleted& proto) {
  StageCompleted event{{proto.job()}, proto.stage(), {}, FromProto(proto.time())};
  if (proto.reused_from() != 0) event.reused_from = JobId{proto.reused_from()};
  for (const auto& [name, output] : proto.outputs()) {
    MOTE_ASSIGN_OR_RETURN(event.outputs[name], OutputFrom(output));
  }
  return event;
}

absl::StatusOr<Event> From(const records::BundlePublished& proto) {
  BundlePublished event{{proto.tenant(), proto.name(), proto.version(), {proto.job()}, FromProto(proto.time()), {}},
                        proto.stage()};
  if (!IsBundleName(proto.name()) || proto.version() < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("BundlePublished: \"", proto.name(), "\" version ", proto.version(), " is no bundle"));
  }
  for (const auto& [name, output] : proto.outputs()) {
    MOTE_ASSIGN_OR_RETURN(event.bundle.outputs[name], OutputFrom(output));
  }
  return event;
}

absl::StatusOr<Event> From(const records::JobRetried& proto) {
  return JobRetried{{proto.job()}, FromProto(proto.time()), UsageFrom(proto.used())};
}

absl::StatusOr<Event> From(const records::JobForgotten& proto) {
  return JobForgotten{{proto.job()}, FromProto(proto.time())};
}

absl::StatusOr<Event> From(const records::JobEnded& proto) { return EndedFrom(proto); }

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
    case records::Event::kOutputLost:
      return From(record.output_lost());
    case records::Event::kStageCalibrated:
      return From(record.stage_calibrated());
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
    case records::Event::kBundlePublished:
      return From(record.bundle_published());
    case records::Event::kJobEnded:
      return From(record.job_ended());
    case records::Event::kJobRetried:
      return From(record.job_retried());
    case records::Event::kJobForgotten:
      return From(record.job_forgotten());
    default:
      return RestoredFrom(record);
  }
}

}  // namespace

absl::Status DecodeRecord(std::string_view record, const std::function<absl::Status(const Event&)>& apply) {
  records::Event proto;
  if (!proto.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return absl::InvalidArgumentError("not a record of mote.journal.v1");
  }
  MOTE_ASSIGN_OR_RETURN(const Event first, From(proto));
  MOTE_RETURN_IF_ERROR(apply(first));
  for (const records::Event& next : proto.more()) {
    if (next.more_size() > 0) return absl::InvalidArgumentError("Event: one of several has more of its own");
    MOTE_ASSIGN_OR_RETURN(const Event event, From(next));
    MOTE_RETURN_IF_ERROR(apply(event));
  }
  return absl::OkStatus();
}

absl::StatusOr<Event> DecodeEvent(std::string_view record) {
  std::vector<Event> events;
  MOTE_RETURN_IF_ERROR(DecodeRecord(record, [&events](const Event& event) {
    events.push_back(event);
    return absl::OkStatus();
  }));
  if (events.size() > 1) return absl::InvalidArgumentError("a record of several events where one was expected");
  return std::move(events.front());
}

}  // namespace mote::coordinator
