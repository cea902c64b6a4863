// What the coordinator said on the stream, told to the session.
#pragma once

#include "absl/time/time.h"
#include "mote/v1/worker_service.pb.h"
#include "worker/session/messages.h"
#include "worker/session/session.h"

namespace mote::worker {

// Of one message, without those that came together with it in `more`. A message that is
// not valid ends the stream: the two sides disagree, and Hello is how they agree again.
Actions Hear(Session& session, const mote::v1::SessionResponse& response, absl::Time now);

}  // namespace mote::worker
