#include "tests/sim/to_session.h"

namespace mote::sim {
namespace {

using worker::Session;
namespace mc = ::mote::coordinator;

void Send(Network& network, const mc::SendWelcome& effect) {
  worker::Welcome message{effect.epoch, effect.heartbeat_interval, {}};
  for (const mc::KeptLease& kept : effect.kept) message.kept.push_back({kept.held, kept.token});
  message.released = effect.released;
  network.ToWorker(effect.session, [message](Session& s, absl::Time now) { return s.OnWelcome(message, now); });
}
void Send(Network& network, const mc::SendLease& effect) {
  worker::Lease message{effect.token, effect.slot, std::nullopt, effect.task_timeout, effect.is_volatile};
  if (effect.pass != nullptr) message.pass = *effect.pass;
  message.tree = effect.tree;
  for (const mc::ArtifactLocation& at : effect.locations) message.locations.push_back({at.artifact, at.address});
  network.ToWorker(effect.session, [message](Session& s, absl::Time now) { return s.OnLease(message, now); });
}
void Send(Network& network, const mc::SendAck& effect) {
  network.ToWorker(effect.session, [t = effect.token](Session& s, absl::Time now) { return s.OnAck(t, now); });
}
void Send(Network& network, const mc::SendRevoke& effect) {
  network.ToWorker(effect.session, [t = effect.token](Session& s, absl::Time now) { return s.OnRevoke(t, now); });
}
void Send(Network& network, const mc::SendShorten& effect) {
  network.ToWorker(effect.session, [t = effect.token, end = effect.end](Session& s, absl::Time now) {
    return s.OnShorten(t, end, now);
  });
}
void Send(Network& network, const mc::SendDropPass& effect) {
  network.ToWorker(effect.session, [p = effect.pass](Session& s, absl::Time now) { return s.OnDropPass(p, now); });
}
void Send(Network& network, const mc::SendReleasePartial& effect) {
  network.ToWorker(effect.session, [tree = effect.pass, artifact = effect.artifact](Session& s, absl::Time now) {
    return s.OnReleasePartial(tree, artifact, now);
  });
}
void Send(Network& network, const mc::SendHeartbeatAck& effect) {
  network.ToWorker(effect.session, [interval = effect.heartbeat_interval](Session& s, absl::Time now) {
    return s.OnHeartbeatAck(interval, now);
  });
}
void Send(Network& network, const mc::SendDrain& effect) {
  network.ToWorker(effect.session, [](Session& s, absl::Time now) { return s.OnDrain(now); });
}
void Send(Network& network, const mc::CloseSession& effect) {
  network.Break(effect.session.value, /*tell_worker=*/true, /*tell_coordinator=*/true);
}

}  // namespace

bool SendToWorker(Network& network, const mc::Effect& effect) {
  return std::visit(
      [&]<class T>(const T& e) {
        if constexpr (requires { Send(network, e); }) {
          Send(network, e);
          return true;
        }
        return false;
      },
      effect);
}

}  // namespace mote::sim
