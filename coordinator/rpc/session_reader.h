// What a worker's stream says, message by message, as commands. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/session_limits.h"
#include "coordinator/core/command.h"
#include "mote/v1/worker_service.pb.h"

namespace mote::coordinator {

// Of one stream. Not thread-safe.
class SessionReader {
 public:
  explicit SessionReader(SessionId session) : session_(session) {}

  // The commands of one message and of those that travel with it, in their order. None of
  // them counts where one is wrong: the stream ends.
  //
  //   InvalidArgument     too large, not understood (names message and field), nested, or
  //                       a hello that is missing, late or sent twice
  //   FailedPrecondition  a worker of another version
  absl::StatusOr<std::vector<Command>> Read(const v1::SessionRequest& request);

 private:
  absl::Status Append(const v1::SessionRequest& request, std::vector<Command>* commands);

  SessionId session_;
  bool greeted_ = false;
};

}  // namespace mote::coordinator
