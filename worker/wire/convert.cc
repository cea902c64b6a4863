#include "worker/wire/convert.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::wire {
namespace {

mote::v1::FaultKind ToProto(FaultKind kind) {
  switch (kind) {
    case FaultKind::kApplication:
      return mote::v1::FAULT_KIND_APPLICATION;
    case FaultKind::kEngineCrash:
      return mote::v1::FAULT_KIND_ENGINE_CRASH;
    case FaultKind::kOutOfMemory:
      return mote::v1::FAULT_KIND_OUT_OF_MEMORY;
    case FaultKind::kTimeout:
      return mote::v1::FAULT_KIND_TIMEOUT;
    case FaultKind::kLostWorker:
      return mote::v1::FAULT_KIND_LOST_WORKER;
    case FaultKind::kUnavailable:
      return mote::v1::FAULT_KIND_UNAVAILABLE;
    case FaultKind::kDevice:
      return mote::v1::FAULT_KIND_DEVICE;
    case FaultKind::kGivenBack:
      return mote::v1::FAULT_KIND_GIVEN_BACK;
    case FaultKind::kLeaseExpired:
      return mote::v1::FAULT_KIND_LEASE_EXPIRED;
    case FaultKind::kDeadline:
      return mote::v1::FAULT_KIND_DEADLINE;
    case FaultKind::kInputChanged:
      return mote::v1::FAULT_KIND_INPUT_CHANGED;
    case FaultKind::kBudget:
      return mote::v1::FAULT_KIND_BUDGET;
  }
  return mote::v1::FAULT_KIND_UNSPECIFIED;
}

FaultKind FromProto(mote::v1::FaultKind kind) {
  switch (kind) {
    case mote::v1::FAULT_KIND_APPLICATION:
      return FaultKind::kApplication;
    case mote::v1::FAULT_KIND_OUT_OF_MEMORY:
      return FaultKind::kOutOfMemory;
    case mote::v1::FAULT_KIND_TIMEOUT:
      return FaultKind::kTimeout;
    case mote::v1::FAULT_KIND_LOST_WORKER:
      return FaultKind::kLostWorker;
    case mote::v1::FAULT_KIND_UNAVAILABLE:
      return FaultKind::kUnavailable;
    case mote::v1::FAULT_KIND_DEVICE:
      return FaultKind::kDevice;
    case mote::v1::FAULT_KIND_GIVEN_BACK:
      return FaultKind::kGivenBack;
    case mote::v1::FAULT_KIND_LEASE_EXPIRED:
      return FaultKind::kLeaseExpired;
    case mote::v1::FAULT_KIND_INPUT_CHANGED:
      return FaultKind::kInputChanged;
    default:
      return FaultKind::kEngineCrash;
  }
}

}  // namespace

mote::v1::Block ToProto(const Block& block) {
  mote::v1::Block out;
  out.set_level(block.level);
  out.set_index(block.index);
  return out;
}

absl::StatusOr<Block> FromProto(const mote::v1::Block& block) {
  const bool inside = block.level() >= 0 && block.level() <= kLevelMax && block.index() >= 0 &&
                      block.index() <= (int64_t{1} << (kLevelMax - block.level()));
  if (!inside) {
    return absl::InvalidArgumentError(
        absl::StrCat("block (level ", block.level(), ", index ", block.index(), ") is not in any tree"));
  }
  return Block{block.level(), block.index()};
}

mote::v1::LeaseToken ToProto(const LeaseToken& token) {
  mote::v1::LeaseToken out;
  out.set_epoch(token.epoch.value);
  out.set_job(token.job.value);
  out.set_pass(token.pass.value);
  *out.mutable_block() = ToProto(token.block);
  out.set_attempt(token.attempt);
  return out;
}

absl::StatusOr<LeaseToken> FromProto(const mote::v1::LeaseToken& token) {
  LeaseToken out{Epoch{token.epoch()}, JobId{token.job()}, PassId{token.pass()}, {}, token.attempt()};
  MOTE_ASSIGN_OR_RETURN(out.block, FromProto(token.block()));
  return out;
}

mote::v1::PassSpec ToProto(const PassSpec& spec) {
  mote::v1::PassSpec out;
  out.set_kernel(spec.kernel);
  out.set_parameters(spec.parameters);
  out.set_task_count(spec.task_count);
  out.set_reducer(spec.reducer);
  out.set_reducer_parameters(spec.reducer_parameters);
  for (const auto& [name, value] : spec.inputs) {
    mote::v1::Value& input = (*out.mutable_inputs())[name];
    if (value.artifact) {
      input.set_artifact(value.artifact->ToString());
    } else {
      input.set_inline_(value.bytes);
    }
  }
  out.set_numeric(spec.numeric);
  out.set_finish(spec.finish);
  out.set_label(spec.label);
  return out;
}

absl::StatusOr<PassSpec> FromProto(const mote::v1::PassSpec& spec) {
  if (spec.task_count() < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("pass of kernel \"", spec.kernel(), "\" has ", spec.task_count(), " tasks; at least 1 is needed"));
  }
  PassSpec out;
  out.kernel = spec.kernel();
  out.parameters = spec.parameters();
  out.task_count = spec.task_count();
  out.reducer = spec.reducer();
  out.reducer_parameters = spec.reducer_parameters();
  for (const auto& [name, value] : spec.inputs()) {
    Value& input = out.inputs[name];
    if (value.value_case() == mote::v1::Value::kArtifact) {
      MOTE_ASSIGN_OR_RETURN(input.artifact, ArtifactRef::Parse(value.artifact()));
    } else {
      input.bytes = value.inline_();
    }
  }
  out.numeric = spec.numeric();
  out.finish = spec.finish();
  out.label = spec.label();
  return out;
}

mote::v1::Node ToProto(const Node& node) {
  mote::v1::Node out;
  *out.mutable_block() = ToProto(node.block);
  out.set_absent(node.absent());
  if (node.partial) out.set_partial(*node.partial);
  if (node.artifact) out.set_artifact(node.artifact->ToString());
  out.set_holder(node.holder);
  return out;
}

absl::StatusOr<Node> FromProto(const mote::v1::Node& node) {
  Node out;
  MOTE_ASSIGN_OR_RETURN(out.block, FromProto(node.block()));
  if (node.absent() + !node.partial().empty() + !node.artifact().empty() > 1) {
    return absl::InvalidArgumentError("node: only one of absent, partial and artifact can be given");
  }
  if (!node.artifact().empty()) {
    MOTE_ASSIGN_OR_RETURN(out.artifact, ArtifactRef::Parse(node.artifact()));
    out.holder = node.holder();
  } else if (!node.absent()) {
    out.partial = node.partial();
  }
  return out;
}

mote::v1::Cost ToProto(const Cost& cost) {
  mote::v1::Cost out;
  out.set_tasks(cost.tasks);
  for (const int64_t ns : cost.phase_ns) out.add_phase_ns(ns);
  out.set_staged_bytes(cost.staged_bytes);
  out.set_network_bytes(cost.network_bytes);
  for (const auto& [bucket, count] : cost.task_ns.buckets()) {
    out.add_bucket(bucket);
    out.add_count(count);
  }
  out.set_task_ns_max(cost.task_ns.max());
  out.set_memory_bytes(cost.memory_bytes);
  return out;
}

absl::StatusOr<Cost> FromProto(const mote::v1::Cost& cost) {
  if (cost.phase_ns_size() > kPhaseCount || cost.bucket_size() != cost.count_size()) {
    return absl::InvalidArgumentError(absl::StrCat("cost with ", cost.phase_ns_size(), " phases, ", cost.bucket_size(),
                                                   " buckets and ", cost.count_size(), " counts"));
  }
  const bool negative =
      cost.tasks() < 0 || cost.staged_bytes() < 0 || cost.network_bytes() < 0 || cost.memory_bytes() < 0 ||
      std::any_of(cost.phase_ns().begin(), cost.phase_ns().end(), [](int64_t ns) { return ns < 0; }) ||
      std::any_of(cost.count().begin(), cost.count().end(), [](int64_t n) { return n < 0; });
  if (negative) return absl::InvalidArgumentError("cost: a number of tasks, nanoseconds or bytes is negative");
  Cost out;
  out.tasks = cost.tasks();
  for (int i = 0; i < cost.phase_ns_size(); ++i) out.phase_ns[static_cast<size_t>(i)] = cost.phase_ns(i);
  out.staged_bytes = cost.staged_bytes();
  out.network_bytes = cost.network_bytes();
  out.memory_bytes = cost.memory_bytes();
  std::map<int, int64_t> buckets;
  for (int i = 0; i < cost.bucket_size(); ++i) buckets[cost.bucket(i)] = cost.count(i);
  out.task_ns = Histogram::FromBuckets(std::move(buckets), cost.task_ns_max());
  return out;
}

mote::v1::Fault ToProto(const Failure& failure) {
  Failure fault = failure;
  fault.Bound();  // what programs print is of any length, and of any bytes
  mote::v1::Fault out;
  out.set_kind(ToProto(fault.kind));
  out.set_task(fault.task);
  out.set_message(fault.message);
  out.set_detail(fault.detail);
  out.set_worker(fault.worker);
  out.set_missing(fault.missing);
  return out;
}

Failure FromProto(const mote::v1::Fault& fault) {
  return {FromProto(fault.kind()), fault.task(), fault.message(), fault.detail(), fault.worker(), fault.missing()};
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration out;
  out.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return out;
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace mote::wire
