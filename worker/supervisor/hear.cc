#include "worker/supervisor/hear.h"

#include <string>
#include <utility>

#include "common/artifact.h"
#include "proto/convert/pass_convert.h"
#include "proto/convert/time_convert.h"
#include "worker/supervisor/convert.h"

namespace mote::worker {

Actions Hear(Session& session, const mote::v1::SessionResponse& response, absl::Time now) {
  const auto with_token = [](const mote::v1::LeaseToken& proto, const auto& call) -> Actions {
    const auto token = wire::FromProto(proto);
    if (!token.ok()) return {Disconnect{std::string(token.status().message())}};
    return call(*token);
  };
  switch (response.message_case()) {
    case mote::v1::SessionResponse::kWelcome: {
      const auto welcome = FromProto(response.welcome());
      if (!welcome.ok()) return {Disconnect{std::string(welcome.status().message())}};
      return session.OnWelcome(*welcome, now);
    }
    case mote::v1::SessionResponse::kLease: {
      auto lease = FromProto(response.lease());
      if (!lease.ok()) return {Disconnect{std::string(lease.status().message())}};
      return session.OnLease(*std::move(lease), now);
    }
    case mote::v1::SessionResponse::kAck:
      return with_token(response.ack().token(), [&](const LeaseToken& token) { return session.OnAck(token, now); });
    case mote::v1::SessionResponse::kRevoke:
      return with_token(response.revoke().token(),
                        [&](const LeaseToken& token) { return session.OnRevoke(token, now); });
    case mote::v1::SessionResponse::kShorten:
      return with_token(response.shorten().token(), [&](const LeaseToken& token) {
        return session.OnShorten(token, response.shorten().end(), now);
      });
    case mote::v1::SessionResponse::kDropPass:
      return session.OnDropPass(PassId{response.drop_pass().pass()}, now);
    case mote::v1::SessionResponse::kReleasePartial: {
      const auto artifact = ArtifactRef::Parse(response.release_partial().artifact());
      if (!artifact.ok()) return {Disconnect{std::string(artifact.status().message())}};
      return session.OnReleasePartial(PassId{response.release_partial().pass()}, *artifact, now);
    }
    case mote::v1::SessionResponse::kHeartbeatAck:
      return session.OnHeartbeatAck(wire::FromProto(response.heartbeat_ack().heartbeat_interval()), now);
    case mote::v1::SessionResponse::kReadLog:
      return session.OnReadLog(FromProto(response.read_log()), now);
    case mote::v1::SessionResponse::kDrain:
      return session.OnDrain(now);
    case mote::v1::SessionResponse::MESSAGE_NOT_SET:
      break;
  }
  return {Disconnect{"the coordinator sent an empty message"}};
}

}  // namespace mote::worker
