#include "coordinator/convert/view_convert.h"

#include <cmath>

#include "common/utf8.h"
#include "coordinator/convert/job_convert.h"
#include "coordinator/convert/wire.h"

namespace mote::coordinator {
namespace {

using ParameterKind = v1::ParameterDescription;

double Seconds(int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

ParameterKind::Kind ProtoOf(Parameter::Kind kind) {
  switch (kind) {
    case Parameter::Kind::kInteger:
      return ParameterKind::KIND_INTEGER;
    case Parameter::Kind::kNumber:
      return ParameterKind::KIND_NUMBER;
    case Parameter::Kind::kText:
      return ParameterKind::KIND_TEXT;
    case Parameter::Kind::kFlag:
      return ParameterKind::KIND_FLAG;
    case Parameter::Kind::kDuration:
      return ParameterKind::KIND_DURATION;
    case Parameter::Kind::kList:
      return ParameterKind::KIND_LIST;
    case Parameter::Kind::kObject:
      return ParameterKind::KIND_OBJECT;
    case Parameter::Kind::kReference:
      return ParameterKind::KIND_REFERENCE;
    case Parameter::Kind::kReferences:
      return ParameterKind::KIND_REFERENCES;
    case Parameter::Kind::kFile:
      return ParameterKind::KIND_FILE;
    case Parameter::Kind::kFiles:
      return ParameterKind::KIND_FILES;
    case Parameter::Kind::kModel:
      return ParameterKind::KIND_MODEL;
    case Parameter::Kind::kAny:
      return ParameterKind::KIND_ANY;
  }
  return ParameterKind::KIND_UNSPECIFIED;
}

v1::ParameterDescription ProtoOf(const Parameter& parameter) {
  v1::ParameterDescription proto;
  proto.set_name(parameter.name);
  proto.set_kind(ProtoOf(parameter.kind));
  proto.set_default_value(parameter.default_value);
  proto.set_optional(parameter.optional);
  proto.set_summary(parameter.summary);
  return proto;
}

v1::Estimate ProtoOf(const Estimate& estimate) {
  v1::Estimate proto;
  proto.set_value(estimate.value);
  if (std::isfinite(estimate.error)) proto.set_error(estimate.error);
  return proto;
}

template <typename Proto>  // StageStatus, Job
void SetEta(const Eta& eta, Proto* proto) {
  *proto->mutable_eta() = ToProto(eta.expected);
  *proto->mutable_eta_low() = ToProto(eta.low);
  *proto->mutable_eta_high() = ToProto(eta.high);
}

v1::StageStatus ProtoOf(const StageView& stage) {
  v1::StageStatus proto;
  proto.set_name(stage.name);
  proto.set_operation(stage.operation);
  proto.set_state(ToProto(stage.state));
  proto.set_tasks_total(stage.tasks_total);
  proto.set_tasks_committed(stage.tasks_committed);
  proto.set_tasks_running(stage.tasks_running);
  proto.set_passes_total(stage.passes_total);
  proto.set_passes_complete(stage.passes_complete);
  proto.set_progress(Utf8(stage.progress));
  *proto.mutable_cost() = ToProto(stage.cost);
  if (stage.bill) proto.mutable_cost()->set_bill(*stage.bill);
  proto.set_probe_tasks(stage.probe_tasks);
  proto.set_probe_bill(stage.probe_bill);
  if (stage.cost.verify.runs_extra > 0) {
    v1::Verification& verification = *proto.mutable_verification();
    verification.set_blocks(stage.cost.verify.blocks);
    verification.set_blocks_one_worker(stage.cost.verify.blocks_one_worker);
    verification.set_runs_extra(stage.cost.verify.runs_extra);
    verification.set_seconds_extra(absl::ToDoubleSeconds(stage.cost.verify.time_extra));
  }
  if (stage.start != absl::InfiniteFuture()) *proto.mutable_start_time() = ToProto(stage.start);
  if (stage.end != absl::InfiniteFuture()) *proto.mutable_end_time() = ToProto(stage.end);
  if (stage.eta) SetEta(*stage.eta, &proto);
  proto.set_waiting_reason(Utf8(stage.waiting_reason));
  if (stage.reused_from.has_value()) proto.set_reused_from(stage.reused_from->value);
  return proto;
}

v1::Failure ProtoOf(const JobFailure& failure) {
  v1::Failure proto;
  proto.set_kind(std::string(Name(failure.failure.kind)));
  proto.set_stage(failure.stage);
  proto.set_pass(failure.pass.value);
  proto.set_task(failure.failure.task);
  proto.set_block_begin(failure.block.begin);
  proto.set_block_end(failure.block.end);
  proto.set_message(Utf8(failure.failure.message));
  proto.set_detail(Utf8(failure.failure.detail));
  proto.set_worker(failure.failure.worker);
  return proto;
}

v1::Bill ProtoOf(const BillView& bill) {
  v1::Bill proto;
  *proto.mutable_price() = ToProto(bill.price);
  proto.set_total(bill.total);
  proto.set_since_retry(bill.since_retry);
  if (bill.budget) proto.set_budget(*bill.budget);
  return proto;
}

v1::OutputStatus ProtoOf(const OutputView& view) {
  v1::OutputStatus proto;
  proto.set_name(view.spec.name);
  proto.set_from(view.spec.from);
  proto.set_to(view.spec.to);
  proto.set_format(view.spec.format);
  proto.set_kind(ToProto(view.output.kind));
  proto.set_rows(view.output.rows);
  proto.set_bytes(view.output.bytes);
  if (view.output.content.artifact.has_value()) {
    proto.set_artifact(view.output.content.artifact->ToString());
  } else {
    proto.set_inline_(view.output.content.bytes);
  }
  return proto;
}

// One sample leaves any doubt: infinity, which no JSON can tell.
template <typename Fit, typename Proto>
void SetError(const Fit& fit, Proto* proto) {
  if (fit.count() > 0 && std::isfinite(fit.alpha_error())) proto->set_alpha_error(fit.alpha_error());
}

void SetModel(const LinkModel::Parameters& model, v1::LinkCost* proto) {
  if (model.latency != Estimate{}) *proto->mutable_latency_seconds() = ProtoOf(model.latency);
  if (model.staged != Estimate{}) *proto->mutable_staged_seconds_per_byte() = ProtoOf(model.staged);
  if (model.network != Estimate{}) *proto->mutable_network_seconds_per_byte() = ProtoOf(model.network);
  proto->set_model_r_squared(model.r_squared);
}

v1::LinkCost ProtoOf(const Link& link, const AlphaFit& fit, const LinkModel& model) {
  v1::LinkCost proto;
  proto.set_transport(link.transport);
  proto.set_worker_class(Utf8(link.worker_class));
  proto.set_alpha_seconds_per_byte(fit.alpha());
  SetError(fit, &proto);
  proto.set_alpha_r_squared(fit.r_squared());
  proto.set_alpha_samples(fit.count());
  proto.set_bytes(fit.bytes());
  SetModel(model.Solve(), &proto);
  return proto;
}

}  // namespace

v1::AbsentTask ToProto(const AbsentView& absent) {
  v1::AbsentTask proto;
  proto.set_stage(absent.stage);
  proto.set_pass(absent.pass.value);
  proto.set_task(absent.task);
  proto.set_message(Utf8(absent.message));
  proto.set_kind(absent.kind);
  proto.set_worker(Utf8(absent.worker));
  return proto;
}

v1::CostSummary ToProto(const CostView& view) {
  const Cost& cost = view.cost;
  const auto phase = [&cost](Phase p) { return Seconds(cost.phase_ns[static_cast<size_t>(p)]); };
  v1::CostSummary proto;
  proto.set_tasks(cost.tasks);
  proto.set_fetch_seconds(phase(Phase::kFetch));
  proto.set_decode_seconds(phase(Phase::kDecode));
  proto.set_to_device_seconds(phase(Phase::kToDevice));
  proto.set_compute_seconds(phase(Phase::kCompute));
  proto.set_from_device_seconds(phase(Phase::kFromDevice));
  proto.set_encode_seconds(phase(Phase::kEncode));
  proto.set_send_seconds(phase(Phase::kSend));
  proto.set_staged_bytes(cost.staged_bytes);
  proto.set_network_bytes(cost.network_bytes);
  proto.set_memory_bytes(cost.memory_bytes);
  proto.set_alpha_seconds_per_byte(view.alphas.alpha());
  proto.set_alpha_r_squared(view.alphas.r_squared());
  proto.set_alpha_samples(view.alphas.count());
  SetError(view.alphas, &proto);
  for (const auto& [link, fit] : view.alphas.fits()) {
    *proto.add_links() = ProtoOf(link, fit, view.alphas.models().at(link));
  }
  proto.set_task_seconds_p50(Seconds(cost.task_ns.Quantile(0.50)));
  proto.set_task_seconds_p90(Seconds(cost.task_ns.Quantile(0.90)));
  proto.set_task_seconds_p99(Seconds(cost.task_ns.Quantile(0.99)));
  proto.set_task_seconds_max(Seconds(cost.task_ns.max()));
  proto.set_predicted_seconds(Seconds(cost.compute_ns()) + view.alphas.predicted_seconds());
  proto.set_measured_seconds(Seconds(cost.compute_ns()) + Seconds(cost.communication_ns()));
  proto.set_attempts_lost(view.attempts_lost);
  proto.set_tasks_lost(view.tasks_lost);
  proto.set_reports_cut(view.reports_cut);
  proto.set_device_seconds(absl::ToDoubleSeconds(view.device_time));
  proto.set_wasted_seconds(absl::ToDoubleSeconds(view.wasted_time));
  proto.set_beaten_seconds(absl::ToDoubleSeconds(view.beaten_time));
  return proto;
}

v1::Job ToProto(const JobView& job) {
  v1::Job proto;
  proto.set_id(job.id.value);
  proto.set_name(job.name);
  proto.set_tenant(job.tenant);
  proto.set_priority(job.priority);
  proto.set_state(ToProto(job.state));
  *proto.mutable_submit_time() = ToProto(job.submitted);
  if (job.start != absl::InfiniteFuture()) *proto.mutable_start_time() = ToProto(job.start);
  if (job.end != absl::InfiniteFuture()) *proto.mutable_end_time() = ToProto(job.end);
  for (const StageView& stage : job.stages) *proto.add_stages() = ProtoOf(stage);
  if (job.failure.has_value()) *proto.mutable_failure() = ProtoOf(*job.failure);
  for (const OutputView& output : job.outputs) *proto.add_outputs() = ProtoOf(output);
  for (const AbsentView& absent : job.absent) *proto.add_absent() = ToProto(absent);
  proto.set_waiting_reason(job.waiting_reason);
  for (const std::string& reason : job.distrusted) proto.add_distrusted(Utf8(reason));
  if (job.bill) *proto.mutable_bill() = ProtoOf(*job.bill);
  if (job.eta) SetEta(*job.eta, &proto);
  return proto;
}

v1::Bundle ToProto(const Bundle& bundle) {
  v1::Bundle proto;
  proto.set_name(bundle.name);
  proto.set_version(bundle.version);
  proto.set_job_id(bundle.job.value);
  *proto.mutable_publish_time() = ToProto(bundle.time);
  for (const auto& [name, output] : bundle.outputs) {
    v1::BundlePart& part = *proto.add_parts();
    part.set_name(name);
    part.set_bytes(output.bytes);
    if (output.kind == OutputKind::kBlob) part.set_format(output.schema);
  }
  return proto;
}

v1::Worker ToProto(const WorkerView& worker) {
  v1::Worker proto;
  proto.set_name(worker.name);
  proto.set_state(worker.state);
  proto.set_slots(worker.slots);
  proto.set_leases(worker.leases);
  for (const std::string& name : worker.numeric_classes) proto.add_numeric_classes(name);
  for (const auto& [key, value] : worker.labels) (*proto.mutable_labels())[key] = value;
  proto.set_seconds_since_heard(absl::ToDoubleSeconds(worker.since_heard));
  proto.set_tasks_committed(worker.tasks_committed);
  proto.set_attempts_failed(worker.attempts_failed);
  for (const std::string& problem : worker.problems) proto.add_problems(problem);
  for (const Estimate& slowness : worker.slowness) *proto.add_slowness() = ProtoOf(slowness);
  proto.set_version(worker.version);
  proto.set_reason(Utf8(worker.reason));
  return proto;
}

v1::ReadLogResponse ToProto(const LogChunk& chunk) {
  v1::ReadLogResponse proto;
  proto.set_last(chunk.last);
  proto.set_more(chunk.more);
  proto.set_cut(chunk.is_cut);
  for (const LogLine& line : chunk.lines) {
    v1::LogLine& out = *proto.add_lines();
    out.set_number(line.number);
    *out.mutable_time() = ToProto(line.time);
    out.set_slot(line.slot);
    out.set_job_id(line.job.value);
    out.set_text(line.text);
  }
  return proto;
}

v1::PlannedStage ToProto(const PlannedStageView& stage) {
  v1::PlannedStage proto;
  proto.set_name(stage.name);
  proto.set_operation(stage.operation);
  proto.set_input(stage.input);
  for (const std::string& output : stage.outputs) proto.add_outputs(output);
  proto.set_task_shape(stage.task_shape);
  proto.set_parameters(stage.parameters);
  if (stage.tasks) proto.set_tasks(*stage.tasks);
  if (stage.input_bytes) proto.set_input_bytes(*stage.input_bytes);
  if (stage.device_time) *proto.mutable_device_time() = ToProto(*stage.device_time);
  proto.set_basis(stage.basis);
  if (stage.bill) proto.set_bill(*stage.bill);
  return proto;
}

v1::OperationDescription ToProto(const OperationDescription& operation) {
  v1::OperationDescription proto;
  proto.set_name(operation.name);
  proto.set_summary(operation.summary);
  for (const Parameter& parameter : operation.parameters) *proto.add_parameters() = ProtoOf(parameter);
  for (const std::string& output : operation.outputs) proto.add_outputs(output);
  proto.set_task_shape(operation.task_shape);
  proto.set_takes_input(operation.takes_input);
  proto.set_takes_reduce(operation.takes_reduce);
  proto.set_is_test(operation.is_test);
  proto.set_is_command(operation.is_command);
  return proto;
}

v1::OperationDescription ToProto(const ReducerDescription& reducer) {
  v1::OperationDescription proto;
  proto.set_name(reducer.name);
  proto.set_summary(reducer.summary);
  for (const Parameter& parameter : reducer.parameters) *proto.add_parameters() = ProtoOf(parameter);
  return proto;
}

}  // namespace mote::coordinator
