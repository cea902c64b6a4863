#include "coordinator/journal/record_parts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "coordinator/convert/job_convert.h"
#include "coordinator/convert/wire.h"

namespace mote::coordinator {

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
  for (const SiteRows& site : output.sites) {
    records::Output::Site& entry = *proto.add_sites();
    entry.set_worker(site.worker);
    *entry.mutable_content() = ToProto(site.content);
    entry.set_rows(site.rows);
    entry.set_bytes(site.bytes);
  }
  return proto;
}

records::JobSubmitted ProtoOf(const JobSubmitted& event) {
  records::JobSubmitted proto;
  proto.set_job(event.job.value);
  *proto.mutable_spec() = ToProtoWithoutParameters(event.spec);
  for (const StageSpec& stage : event.spec.stages) {
    proto.add_parameters(stage.parameters);
    proto.add_reduce_parameters(stage.reduce.parameters);
  }
  for (const BundlePin& pin : event.spec.bundles) {
    records::BundlePin& pinned = *proto.add_bundles();
    pinned.set_reference(pin.reference);
    pinned.set_version(pin.version);
  }
  proto.set_request_id(event.request_id);
  proto.set_principal(event.principal);
  *proto.mutable_time() = ToProto(event.time);
  return proto;
}

records::BlockHeld ProtoOf(const BlockHeld& event) {
  records::BlockHeld proto;
  *proto.mutable_token() = ToProto(event.token);
  proto.set_worker(event.worker);
  for (const Node& node : event.nodes) *proto.add_nodes() = ToProto(node);
  *proto.mutable_cost() = ToProto(event.cost);
  *proto.mutable_slot_time() = ToProto(event.slot_time);
  proto.set_cost_cut(event.cost_cut);
  return proto;
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

records::StageCost ProtoOf(const CostView& cost) {
  records::StageCost proto;
  *proto.mutable_cost() = ToProto(cost.cost);
  for (const auto& [link, fit] : cost.alphas.fits()) {
    records::StageCost::LinkFit& one = *proto.add_links();
    one.set_transport(link.transport);
    one.set_worker_class(Utf8(link.worker_class));
    one.set_count(fit.sums().count);
    one.set_x(fit.sums().x);
    one.set_xx(fit.sums().xx);
    one.set_xy(fit.sums().xy);
    one.set_yy(fit.sums().yy);
    const LinkModel::Sums& model = cost.alphas.models().at(link).sums();
    one.set_model_count(model.count);
    one.set_c(model.c);
    one.set_s(model.s);
    one.set_cc(model.cc);
    one.set_cs(model.cs);
    one.set_ss(model.ss);
    one.set_y(model.y);
    one.set_cy(model.cy);
    one.set_sy(model.sy);
    one.set_model_yy(model.yy);
  }
  proto.set_attempts_lost(cost.attempts_lost);
  proto.set_tasks_lost(cost.tasks_lost);
  proto.set_reports_cut(cost.reports_cut);
  *proto.mutable_device_time() = ToProto(cost.device_time);
  *proto.mutable_wasted_time() = ToProto(cost.wasted_time);
  *proto.mutable_beaten_time() = ToProto(cost.beaten_time);
  proto.set_verified_blocks(cost.verify.blocks);
  proto.set_verified_blocks_one_worker(cost.verify.blocks_one_worker);
  proto.set_verify_runs(cost.verify.runs_extra);
  *proto.mutable_verify_time() = ToProto(cost.verify.time_extra);
  return proto;
}

records::StageTotals ProtoOf(const StageTotals& totals) {
  records::StageTotals proto;
  proto.set_steps(totals.steps);
  proto.set_passes(totals.passes);
  proto.set_passes_complete(totals.passes_complete);
  proto.set_tasks(totals.tasks);
  proto.set_tasks_committed(totals.tasks_committed);
  *proto.mutable_cost() = ProtoOf(totals.cost);
  return proto;
}

records::Usage ProtoOf(const Usage& used) {
  records::Usage proto;
  *proto.mutable_device_time() = ToProto(used.device_time);
  proto.set_network_bytes(used.network_bytes);
  return proto;
}

Usage UsageFrom(const records::Usage& proto) { return {FromProto(proto.device_time()), proto.network_bytes()}; }

absl::StatusOr<CostView> CostFrom(const records::StageCost& proto) {
  CostView cost;
  MOTE_ASSIGN_OR_RETURN(cost.cost, FromProto(proto.cost()));
  for (const records::StageCost::LinkFit& link : proto.links()) {
    cost.alphas.Restore({link.transport(), link.worker_class()},
                        AlphaFit({link.count(), link.x(), link.xx(), link.xy(), link.yy()}),
                        LinkModel({link.model_count(), link.c(), link.s(), link.cc(), link.cs(), link.ss(), link.y(),
                                   link.cy(), link.sy(), link.model_yy()}));
  }
  cost.attempts_lost = proto.attempts_lost();
  cost.tasks_lost = proto.tasks_lost();
  cost.reports_cut = proto.reports_cut();
  cost.device_time = FromProto(proto.device_time());
  cost.wasted_time = FromProto(proto.wasted_time());
  cost.beaten_time = FromProto(proto.beaten_time());
  cost.verify = {proto.verified_blocks(), proto.verified_blocks_one_worker(), proto.verify_runs(),
                 FromProto(proto.verify_time())};
  return cost;
}

absl::StatusOr<StageTotals> TotalsFrom(const records::StageTotals& proto) {
  StageTotals totals{proto.steps(), proto.passes(),          proto.passes_complete(),
                     proto.tasks(), proto.tasks_committed(), {}};
  MOTE_ASSIGN_OR_RETURN(totals.cost, CostFrom(proto.cost()));
  return totals;
}

absl::StatusOr<PlannedPass> PassFrom(const records::PlannedPass& proto) {
  PlannedPass planned{{proto.pass()}, {}};
  MOTE_ASSIGN_OR_RETURN(planned.spec, FromProto(proto.spec()));
  return planned;
}

absl::StatusOr<Output> OutputFrom(const records::Output& proto) {
  Output output;
  MOTE_ASSIGN_OR_RETURN(output.kind, FromProto(proto.kind()));
  MOTE_ASSIGN_OR_RETURN(output.content, FromProto(proto.content()));
  output.rows = proto.rows();
  output.bytes = proto.bytes();
  output.schema = proto.schema();
  for (const records::Output::Site& entry : proto.sites()) {
    SiteRows& site = output.sites.emplace_back(SiteRows{entry.worker(), {}, entry.rows(), entry.bytes()});
    MOTE_ASSIGN_OR_RETURN(site.content, FromProto(entry.content()));
  }
  return output;
}

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
  for (const records::BundlePin& pin : proto.bundles()) event.spec.bundles.push_back({pin.reference(), pin.version()});
  event.request_id = proto.request_id();
  event.principal = proto.principal();
  event.time = FromProto(proto.time());
  return event;
}

absl::StatusOr<std::vector<Node>> NodesFrom(const google::protobuf::RepeatedPtrField<v1::Node>& protos) {
  std::vector<Node> nodes;
  nodes.reserve(protos.size());
  for (const v1::Node& proto : protos) {
    MOTE_ASSIGN_OR_RETURN(Node node, FromProto(proto));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

absl::StatusOr<BlockHeld> HeldFrom(const records::BlockHeld& proto) {
  BlockHeld event;
  MOTE_ASSIGN_OR_RETURN(event.token, FromProto(proto.token()));
  event.worker = proto.worker();
  MOTE_ASSIGN_OR_RETURN(event.nodes, NodesFrom(proto.nodes()));
  MOTE_ASSIGN_OR_RETURN(event.cost, FromProto(proto.cost()));
  event.slot_time = FromProto(proto.slot_time());
  event.cost_cut = proto.cost_cut();
  return event;
}

absl::StatusOr<CompletedPass> ResultFrom(const records::PassCompleted& proto) {
  CompletedPass result;
  MOTE_ASSIGN_OR_RETURN(result.output, OutputFrom(proto.output()));
  MOTE_ASSIGN_OR_RETURN(result.root, FromProto(proto.root()));
  result.absent_all = proto.absent_all();
  result.task_count = proto.task_count();
  result.absent_count = proto.absent_count();
  return result;
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

absl::StatusOr<std::vector<ArtifactRef>> ArtifactsFrom(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::vector<ArtifactRef> artifacts;
  for (const std::string& text : texts) {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(text));
    artifacts.push_back(artifact);
  }
  return artifacts;
}

records::Calibration ProtoOf(const Calibration& calibration) {
  records::Calibration proto;
  for (const MeasuredShape& measured : calibration.measured) {
    records::Calibration::Measured& one = *proto.add_measured();
    one.set_rows(measured.rows);
    *one.mutable_task() = ToProto(measured.task);
  }
  proto.set_rows(calibration.rows);
  return proto;
}

Calibration CalibrationFrom(const records::Calibration& proto) {
  Calibration calibration;
  for (const records::Calibration::Measured& measured : proto.measured()) {
    calibration.measured.push_back({measured.rows(), FromProto(measured.task())});
  }
  calibration.rows = proto.rows();
  return calibration;
}

}  // namespace mote::coordinator
