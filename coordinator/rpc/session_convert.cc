#include "coordinator/rpc/session_convert.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/session_limits.h"
#include "common/status_macros.h"
#include "common/version.h"
#include "coordinator/convert/wire.h"

namespace mote::coordinator {
namespace {

absl::StatusOr<Command> From(SessionId session, const v1::Hello& hello) {
  if (hello.worker().empty()) return absl::InvalidArgumentError("worker: empty; give the worker a name");
  if (hello.slots_size() > kSlotsMax) {
    return absl::InvalidArgumentError(absl::StrCat("slots: ", hello.slots_size(), "; at most ", kSlotsMax));
  }
  WorkerHello command;
  command.session = session;
  command.worker = hello.worker();
  command.version = hello.version();
  for (const v1::SlotDescription& slot : hello.slots()) {
    command.slots.push_back({slot.device(), slot.memory_bytes(), slot.numeric_class()});
  }
  command.labels.insert(hello.labels().begin(), hello.labels().end());
  command.allow_commands = hello.allow_commands();
  command.reads_shared = !hello.shared_dirs().empty();
  command.allow_test_operations = hello.allow_test_operations();
  command.blob_address = hello.blob_address();
  for (const uint64_t pass : hello.holding()) command.holding.push_back({pass});
  for (const v1::LeaseToken& proto : hello.held()) {
    MOTE_ASSIGN_OR_RETURN(const LeaseToken token, FromProto(proto));
    command.held.push_back(token);
  }
  return command;
}

absl::StatusOr<Command> From(SessionId session, const v1::Report& report) {
  WorkerReport command;
  command.session = session;
  MOTE_ASSIGN_OR_RETURN(command.token, FromProto(report.token()));
  for (const v1::Node& proto : report.nodes()) {
    MOTE_ASSIGN_OR_RETURN(Node node, FromProto(proto));
    command.nodes.push_back(std::move(node));
  }
  MOTE_ASSIGN_OR_RETURN(command.cost, FromProto(report.cost()));
  if (report.has_fault()) {
    MOTE_ASSIGN_OR_RETURN(command.failure, FromProto(report.fault()));
  }
  command.slot_time = FromProto(report.slot_time());
  if (command.slot_time < absl::ZeroDuration()) return absl::InvalidArgumentError("slot_time: negative");
  command.task_columns = report.task_columns();
  command.age = FromProto(report.age());
  return command;
}

absl::StatusOr<Command> From(SessionId session, const v1::SlotState& state) {
  if (state.slot() < 0 || state.slot() >= kSlotsMax) {
    return absl::InvalidArgumentError(absl::StrCat("slot: ", state.slot(), " is no slot of this worker"));
  }
  return WorkerSlotState{session, state.slot(), state.ready(), state.reason()};
}

absl::StatusOr<Command> From(SessionId session, const v1::EngineLines& log) {
  WorkerLog command{session, log.request(), {{}, log.last(), log.more(), log.cut()}};
  for (const v1::LogLine& line : log.lines()) {
    command.chunk.lines.push_back(
        {line.number(), FromProto(line.time()), line.slot(), JobId{line.job_id()}, line.text()});
  }
  return command;
}

absl::StatusOr<Command> Named(const char* message, absl::StatusOr<Command> command) {
  if (command.ok()) return command;
  return absl::InvalidArgumentError(absl::StrCat(message, ".", std::string(command.status().message())));
}

}  // namespace

absl::StatusOr<Command> ToCommand(SessionId session, const v1::SessionRequest& request) {
  switch (request.message_case()) {
    case v1::SessionRequest::kHello:
      return Named("hello", From(session, request.hello()));
    case v1::SessionRequest::kReport:
      return Named("report", From(session, request.report()));
    case v1::SessionRequest::kHeartbeat:
      return WorkerHeartbeat{session, request.heartbeat().sequence()};
    case v1::SessionRequest::kDraining:
      return WorkerDraining{session};
    case v1::SessionRequest::kSlotState:
      return Named("slot_state", From(session, request.slot_state()));
    case v1::SessionRequest::kGoodbye:
      return WorkerGoodbye{session};
    case v1::SessionRequest::kEngineLines:
      return Named("engine_lines", From(session, request.engine_lines()));
    case v1::SessionRequest::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "a message that is none of hello, report, heartbeat, slot_state, draining, goodbye, engine_lines");
}

v1::SessionResponse ToProto(const SendWelcome& effect) {
  v1::SessionResponse response;
  v1::Welcome& welcome = *response.mutable_welcome();
  welcome.set_epoch(effect.epoch.value);
  welcome.set_version(kVersion);
  *welcome.mutable_heartbeat_interval() = ToProto(effect.heartbeat_interval);
  for (const KeptLease& lease : effect.kept) {
    v1::Welcome::Kept& kept = *welcome.add_kept();
    *kept.mutable_held() = ToProto(lease.held);
    *kept.mutable_token() = ToProto(lease.token);
  }
  for (const PassId pass : effect.released) welcome.add_released(pass.value);
  return response;
}

v1::SessionResponse ToProto(const SendLease& effect) {
  v1::SessionResponse response;
  v1::Lease& lease = *response.mutable_lease();
  *lease.mutable_token() = ToProto(effect.token);
  lease.set_slot(effect.slot);
  if (effect.pass != nullptr) *lease.mutable_pass() = ToProto(*effect.pass);
  *lease.mutable_task_timeout() = ToProto(effect.task_timeout);
  lease.set_volatile_(effect.is_volatile);
  lease.set_tree(effect.tree.value);
  for (const ArtifactLocation& location : effect.locations) {
    v1::Location& proto = *lease.add_locations();
    proto.set_artifact(location.artifact.ToString());
    proto.set_address(location.address);
  }
  return response;
}

v1::SessionResponse ToProto(const SendAck& effect) {
  v1::SessionResponse response;
  *response.mutable_ack()->mutable_token() = ToProto(effect.token);
  return response;
}

v1::SessionResponse ToProto(const SendRevoke& effect) {
  v1::SessionResponse response;
  *response.mutable_revoke()->mutable_token() = ToProto(effect.token);
  return response;
}

v1::SessionResponse ToProto(const SendShorten& effect) {
  v1::SessionResponse response;
  *response.mutable_shorten()->mutable_token() = ToProto(effect.token);
  response.mutable_shorten()->set_end(effect.end);
  return response;
}

v1::SessionResponse ToProto(const SendDropPass& effect) {
  v1::SessionResponse response;
  response.mutable_drop_pass()->set_pass(effect.pass.value);
  return response;
}

v1::SessionResponse ToProto(const SendReleasePartial& effect) {
  v1::SessionResponse response;
  response.mutable_release_partial()->set_pass(effect.pass.value);
  response.mutable_release_partial()->set_artifact(effect.artifact.ToString());
  return response;
}

v1::SessionResponse ToProto(const SendHeartbeatAck& effect) {
  v1::SessionResponse response;
  response.mutable_heartbeat_ack()->set_sequence(effect.sequence);
  *response.mutable_heartbeat_ack()->mutable_heartbeat_interval() = ToProto(effect.heartbeat_interval);
  return response;
}

v1::SessionResponse ToProto(const SendDrain&) {
  v1::SessionResponse response;
  response.mutable_drain();
  return response;
}

v1::SessionResponse ToProto(const SendReadLog& effect) {
  v1::SessionResponse response;
  response.mutable_read_log()->set_request(effect.request);
  response.mutable_read_log()->set_job_id(effect.job.value);
  response.mutable_read_log()->set_after(effect.after);
  return response;
}

}  // namespace mote::coordinator
