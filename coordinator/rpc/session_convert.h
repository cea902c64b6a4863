// Messages of the worker session ↔ commands and effects. Pure, thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "coordinator/core/command.h"
#include "coordinator/core/effect.h"
#include "mote/v1/worker_service.pb.h"

namespace mote::coordinator {

// InvalidArgument: names the message and the field.
absl::StatusOr<Command> ToCommand(SessionId session, const v1::SessionRequest& request);

v1::SessionResponse ToProto(const SendWelcome& effect);
v1::SessionResponse ToProto(const SendLease& effect);
v1::SessionResponse ToProto(const SendAck& effect);
v1::SessionResponse ToProto(const SendRevoke& effect);
v1::SessionResponse ToProto(const SendShorten& effect);
v1::SessionResponse ToProto(const SendDropPass& effect);
v1::SessionResponse ToProto(const SendReleasePartial& effect);
v1::SessionResponse ToProto(const SendHeartbeatAck& effect);
v1::SessionResponse ToProto(const SendDrain& effect);
v1::SessionResponse ToProto(const SendReadLog& effect);

}  // namespace mote::coordinator
