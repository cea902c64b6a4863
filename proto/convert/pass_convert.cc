#include "proto/convert/pass_convert.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/utf8.h"

namespace mote::wire {
namespace {

// Faults by their number on the wire; 0 is not one.
constexpr std::pair<FaultKind, v1::FaultKind> kFaultKinds[] = {
    {FaultKind::kApplication, v1::FAULT_KIND_APPLICATION},
    {FaultKind::kEngineCrash, v1::FAULT_KIND_ENGINE_CRASH},
    {FaultKind::kOutOfMemory, v1::FAULT_KIND_OUT_OF_MEMORY},
    {FaultKind::kTimeout, v1::FAULT_KIND_TIMEOUT},
    {FaultKind::kLostWorker, v1::FAULT_KIND_LOST_WORKER},
    {FaultKind::kUnavailable, v1::FAULT_KIND_UNAVAILABLE},
    {FaultKind::kDevice, v1::FAULT_KIND_DEVICE},
    {FaultKind::kGivenBack, v1::FAULT_KIND_GIVEN_BACK},
    {FaultKind::kLeaseExpired, v1::FAULT_KIND_LEASE_EXPIRED},
    {FaultKind::kDeadline, v1::FAULT_KIND_DEADLINE},
    {FaultKind::kInputChanged, v1::FAULT_KIND_INPUT_CHANGED},
    {FaultKind::kBudget, v1::FAULT_KIND_BUDGET},
};

absl::Status NotNegative(std::string_view field, int64_t value) {
  if (value >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(std::string(field), ": ", value, " is negative"));
}

}  // namespace

v1::Value ToProto(const Value& value) {
  v1::Value proto;
  if (value.artifact.has_value()) {
    proto.set_artifact(value.artifact->ToString());
  } else {
    proto.set_inline_(value.bytes);
  }
  return proto;
}

absl::StatusOr<Value> FromProto(const v1::Value& proto) {
  Value value;
  if (proto.value_case() == v1::Value::kArtifact) {
    MOTE_ASSIGN_OR_RETURN(value.artifact, ArtifactRef::Parse(proto.artifact()));
  } else {
    value.bytes = proto.inline_();
  }
  return value;
}

v1::PassSpec ToProto(const PassSpec& pass) {
  v1::PassSpec proto;
  proto.set_kernel(pass.kernel);
  proto.set_parameters(pass.parameters);
  proto.set_task_count(pass.task_count);
  proto.set_reducer(pass.reducer);
  proto.set_reducer_parameters(pass.reducer_parameters);
  for (const auto& [name, value] : pass.inputs) (*proto.mutable_inputs())[name] = ToProto(value);
  proto.set_numeric(pass.numeric);
  proto.set_finish(pass.finish);
  proto.set_label(Utf8(pass.label));
  proto.set_worker(pass.worker);
  proto.set_may_stay_apart(pass.may_stay_apart);
  return proto;
}

absl::StatusOr<PassSpec> FromProto(const v1::PassSpec& proto) {
  PassSpec pass;
  pass.kernel = proto.kernel();
  pass.parameters = proto.parameters();
  MOTE_RETURN_IF_ERROR(NotNegative("task_count", proto.task_count()));
  pass.task_count = proto.task_count();
  pass.reducer = proto.reducer();
  pass.reducer_parameters = proto.reducer_parameters();
  for (const auto& [name, value] : proto.inputs()) {
    MOTE_ASSIGN_OR_RETURN(pass.inputs[name], FromProto(value));
  }
  pass.numeric = proto.numeric();
  pass.finish = proto.finish();
  pass.label = proto.label();
  pass.worker = proto.worker();
  pass.may_stay_apart = proto.may_stay_apart();
  return pass;
}

v1::Block ToProto(const Block& block) {
  v1::Block proto;
  proto.set_level(block.level);
  proto.set_index(block.index);
  return proto;
}

absl::StatusOr<Block> FromProto(const v1::Block& proto) {
  const bool valid = proto.level() >= 0 && proto.level() <= kLevelMax && proto.index() >= 0 &&
                     proto.index() <= (int64_t{1} << (kLevelMax - proto.level()));
  if (!valid) {
    return absl::InvalidArgumentError(
        absl::StrCat("block: level ", proto.level(), ", index ", proto.index(), " lies outside of any pass"));
  }
  return Block{proto.level(), proto.index()};
}

v1::LeaseToken ToProto(const LeaseToken& token) {
  v1::LeaseToken proto;
  proto.set_epoch(token.epoch.value);
  proto.set_job(token.job.value);
  proto.set_pass(token.pass.value);
  *proto.mutable_block() = ToProto(token.block);
  proto.set_attempt(token.attempt);
  return proto;
}

absl::StatusOr<LeaseToken> FromProto(const v1::LeaseToken& proto) {
  LeaseToken token{{proto.epoch()}, {proto.job()}, {proto.pass()}, {}, proto.attempt()};
  MOTE_ASSIGN_OR_RETURN(token.block, FromProto(proto.block()));
  return token;
}

v1::Node ToProto(const Node& node) {
  v1::Node proto;
  *proto.mutable_block() = ToProto(node.block);
  proto.set_absent(node.absent());
  if (node.partial.has_value()) proto.set_partial(*node.partial);
  if (node.artifact.has_value()) proto.set_artifact(node.artifact->ToString());
  proto.set_holder(node.holder);
  return proto;
}

absl::StatusOr<Node> FromProto(const v1::Node& proto) {
  Node node;
  MOTE_ASSIGN_OR_RETURN(node.block, FromProto(proto.block()));
  if (proto.absent() + !proto.partial().empty() + !proto.artifact().empty() > 1) {
    return absl::InvalidArgumentError("node: only one of absent, partial and artifact can be given");
  }
  if (!proto.artifact().empty()) {
    MOTE_ASSIGN_OR_RETURN(node.artifact, ArtifactRef::Parse(proto.artifact()));
    node.holder = proto.holder();
  } else if (!proto.absent()) {
    node.partial = proto.partial();
  }
  return node;
}

v1::Cost ToProto(const Cost& cost) {
  v1::Cost proto;
  proto.set_tasks(cost.tasks);
  for (const int64_t nanoseconds : cost.phase_ns) proto.add_phase_ns(nanoseconds);
  proto.set_staged_bytes(cost.staged_bytes);
  proto.set_network_bytes(cost.network_bytes);
  for (const auto& [bucket, count] : cost.task_ns.buckets()) {
    proto.add_bucket(bucket);
    proto.add_count(count);
  }
  proto.set_task_ns_max(cost.task_ns.max());
  proto.set_memory_bytes(cost.memory_bytes);
  return proto;
}

absl::StatusOr<Cost> FromProto(const v1::Cost& proto) {
  if (proto.phase_ns_size() > kPhaseCount || proto.bucket_size() != proto.count_size()) {
    return absl::InvalidArgumentError(absl::StrCat("cost: ", proto.phase_ns_size(), " phases, ", proto.bucket_size(),
                                                   " buckets and ", proto.count_size(), " counts do not fit"));
  }
  Cost cost;
  MOTE_RETURN_IF_ERROR(NotNegative("cost.tasks", proto.tasks()));
  MOTE_RETURN_IF_ERROR(NotNegative("cost.staged_bytes", proto.staged_bytes()));
  MOTE_RETURN_IF_ERROR(NotNegative("cost.network_bytes", proto.network_bytes()));
  MOTE_RETURN_IF_ERROR(NotNegative("cost.memory_bytes", proto.memory_bytes()));
  cost.tasks = proto.tasks();
  cost.staged_bytes = proto.staged_bytes();
  cost.network_bytes = proto.network_bytes();
  cost.memory_bytes = proto.memory_bytes();
  for (int i = 0; i < proto.phase_ns_size(); ++i) {
    MOTE_RETURN_IF_ERROR(NotNegative("cost.phase_ns", proto.phase_ns(i)));
    cost.phase_ns[static_cast<size_t>(i)] = proto.phase_ns(i);
  }
  std::map<int, int64_t> buckets;
  for (int i = 0; i < proto.bucket_size(); ++i) {
    MOTE_RETURN_IF_ERROR(NotNegative("cost.count", proto.count(i)));
    buckets[proto.bucket(i)] = proto.count(i);
  }
  cost.task_ns = Histogram::FromBuckets(buckets, proto.task_ns_max());
  return cost;
}

v1::Fault ToProto(const Failure& failure) {
  v1::Fault proto;
  for (const auto& [kind, wire] : kFaultKinds) {
    if (kind == failure.kind) proto.set_kind(wire);
  }
  proto.set_task(failure.task);
  proto.set_message(Utf8(failure.message));
  proto.set_detail(Utf8(failure.detail));
  proto.set_worker(Utf8(failure.worker));
  proto.set_missing(failure.missing);
  return proto;
}

absl::StatusOr<Failure> FromProto(const v1::Fault& proto) {
  for (const auto& [kind, wire] : kFaultKinds) {
    if (wire != proto.kind()) continue;
    return Failure{kind, proto.task(), proto.message(), proto.detail(), proto.worker(), proto.missing()};
  }
  return absl::InvalidArgumentError(absl::StrCat("fault.kind: ", static_cast<int>(proto.kind()),
                                                 " is unknown here; run the same version on both sides"));
}

}  // namespace mote::wire
