#include "worker/supervisor/convert.h"

#include <algorithm>
#include <utility>

#include "common/status_macros.h"
#include "common/utf8.h"
#include "common/version.h"
#include "proto/convert/pass_convert.h"
#include "proto/convert/time_convert.h"

namespace mote::worker {

mote::v1::SessionRequest HelloMessage(const Options& options, const std::vector<mote::engine::v1::Ready>& ready,
                                      const Connect& connect, const std::string& blob_address) {
  mote::v1::SessionRequest message;
  mote::v1::Hello& hello = *message.mutable_hello();
  hello.set_version(kVersion);
  hello.set_worker(Utf8(options.name));
  for (const mote::engine::v1::Ready& engine : ready) {
    mote::v1::SlotDescription& slot = *hello.add_slots();
    slot.set_device(engine.device());
    // An engine names the machine's memory, which its slots share.
    slot.set_memory_bytes(engine.memory_bytes() / std::max<int64_t>(1, static_cast<int64_t>(ready.size())));
    slot.set_numeric_class(engine.numeric_class());
  }
  for (const auto& [name, value] : options.labels) (*hello.mutable_labels())[Utf8(name)] = Utf8(value);
  hello.set_allow_commands(options.allow_commands);
  for (const std::string& dir : options.shared_dirs) hello.add_shared_dirs(Utf8(dir));
  hello.set_allow_test_operations(options.allow_test_operations);
  for (const LeaseToken& token : connect.held) *hello.add_held() = wire::ToProto(token);
  hello.set_blob_address(blob_address);
  for (const PassId pass : connect.holding) hello.add_holding(pass.value);
  return message;
}

mote::v1::SessionRequest ReportMessage(const Report& report, const std::string& worker, absl::Time now) {
  mote::v1::SessionRequest message;
  mote::v1::Report& out = *message.mutable_report();
  *out.mutable_token() = wire::ToProto(report.token);
  for (const Node& node : report.nodes) *out.add_nodes() = wire::ToProto(node);
  *out.mutable_cost() = wire::ToProto(report.cost);
  if (report.fault) {
    Failure fault = *report.fault;
    fault.worker = worker;
    fault.Bound();
    *out.mutable_fault() = wire::ToProto(fault);
  }
  *out.mutable_slot_time() = wire::ToProto(report.slot_time);
  out.set_task_columns(report.task_columns);
  *out.mutable_age() = wire::ToProto(std::max(absl::ZeroDuration(), now - report.ended));
  return message;
}

mote::v1::SessionRequest HeartbeatMessage(const SendHeartbeat& heartbeat) {
  mote::v1::SessionRequest message;
  message.mutable_heartbeat()->set_sequence(heartbeat.sequence);
  return message;
}

mote::v1::SessionRequest DrainingMessage() {
  mote::v1::SessionRequest message;
  message.mutable_draining();
  return message;
}

mote::v1::SessionRequest SlotStateMessage(const SendSlotState& state) {
  mote::v1::SessionRequest message;
  message.mutable_slot_state()->set_slot(state.slot);
  message.mutable_slot_state()->set_ready(state.ready);
  message.mutable_slot_state()->set_reason(Utf8(state.reason));
  return message;
}

mote::v1::SessionRequest LogMessage(uint64_t request, const LogChunk& chunk) {
  mote::v1::SessionRequest message;
  mote::v1::EngineLines& log = *message.mutable_engine_lines();
  log.set_request(request);
  log.set_last(chunk.last);
  log.set_more(chunk.more);
  log.set_cut(chunk.is_cut);
  for (const LogLine& line : chunk.lines) {
    mote::v1::LogLine& out = *log.add_lines();
    out.set_number(line.number);
    const int64_t nanoseconds = absl::ToUnixNanos(line.time);
    out.mutable_time()->set_seconds(nanoseconds / 1'000'000'000);
    out.mutable_time()->set_nanos(static_cast<int32_t>(nanoseconds % 1'000'000'000));
    out.set_slot(line.slot);
    out.set_job_id(line.job.value);
    out.set_text(line.text);
  }
  return message;
}

mote::v1::SessionRequest GoodbyeMessage() {
  mote::v1::SessionRequest message;
  message.mutable_goodbye();
  return message;
}

mote::engine::v1::SupervisorMessage DefinePassMessage(const DefinePass& define) {
  mote::engine::v1::SupervisorMessage message;
  message.mutable_define_pass()->set_pass(define.pass);
  *message.mutable_define_pass()->mutable_spec() = wire::ToProto(define.spec);
  return message;
}

absl::StatusOr<Welcome> FromProto(const mote::v1::Welcome& welcome) {
  Welcome out;
  out.epoch = Epoch{welcome.epoch()};
  out.heartbeat_interval = wire::FromProto(welcome.heartbeat_interval());
  for (const mote::v1::Welcome::Kept& kept : welcome.kept()) {
    Welcome::Kept& entry = out.kept.emplace_back();
    MOTE_ASSIGN_OR_RETURN(entry.held, wire::FromProto(kept.held()));
    MOTE_ASSIGN_OR_RETURN(entry.token, wire::FromProto(kept.token()));
  }
  for (const uint64_t pass : welcome.released()) out.released.push_back({pass});
  return out;
}

absl::StatusOr<Lease> FromProto(const mote::v1::Lease& lease) {
  Lease out;
  MOTE_ASSIGN_OR_RETURN(out.token, wire::FromProto(lease.token()));
  out.slot = lease.slot();
  if (lease.has_pass()) {
    MOTE_ASSIGN_OR_RETURN(out.pass, wire::FromProto(lease.pass()));
  }
  out.task_timeout = wire::FromProto(lease.task_timeout());
  out.is_volatile = lease.volatile_();
  out.tree = PassId{lease.tree()};
  for (const mote::v1::Location& location : lease.locations()) {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(location.artifact()));
    out.locations.push_back({artifact, location.address()});
  }
  return out;
}

absl::StatusOr<Report> FromProto(const mote::engine::v1::BlockDone& done, const SlotTurn& turn, int64_t received_ns,
                                 absl::Time ended) {
  Report out;
  for (const mote::v1::Node& node : done.nodes()) {
    MOTE_ASSIGN_OR_RETURN(Node converted, wire::FromProto(node));
    out.nodes.push_back(std::move(converted));
  }
  MOTE_ASSIGN_OR_RETURN(out.cost, wire::FromProto(done.cost()));
  const auto add = [&](Phase phase, int64_t ns, absl::Duration most) {
    out.cost.phase_ns[static_cast<size_t>(phase)] += std::clamp<int64_t>(ns, 0, absl::ToInt64Nanoseconds(most));
  };
  const int64_t handed_ns = received_ns - absl::ToInt64Nanoseconds(turn.handed);
  if (done.began_ns() > 0) add(Phase::kDecode, done.began_ns() - handed_ns, turn.handed);
  add(Phase::kEncode, received_ns - done.finished_ns(), turn.held);
  if (done.has_fault()) {
    MOTE_ASSIGN_OR_RETURN(out.fault, wire::FromProto(done.fault()));
  }
  out.slot_time = turn.held;
  out.task_columns = done.task_columns();
  out.ended = ended;
  return out;
}

ReadLog FromProto(const mote::v1::ReadLog& read) { return {read.request(), JobId{read.job_id()}, read.after()}; }

}  // namespace mote::worker
