#include "coordinator/core/held_leases.h"

#include <algorithm>
#include <tuple>

namespace mote::coordinator {
namespace {

// nullptr: the job has moved on.
const Attempt* AttemptOf(const State& state, const LeaseToken& token) {
  const Job* job = state.FindJob(token.job);
  if (job == nullptr) return nullptr;
  const auto pass = job->passes.find(token.pass);
  return pass == job->passes.end() ? nullptr : pass->second.blocks.FindAttempt(token);
}

bool RunsBefore(const HeldLease& a, const HeldLease& b) {
  return std::tie(a.attempt.granted, a.token.pass, a.attempt.number) <
         std::tie(b.attempt.granted, b.token.pass, b.attempt.number);
}

}  // namespace

std::map<int, std::vector<HeldLease>> HeldLeases(const State& state, const Worker& worker) {
  std::map<int, std::vector<HeldLease>> held;
  for (const auto& [token, slot] : worker.leases) {
    if (const Attempt* attempt = AttemptOf(state, token)) held[slot].push_back({token, *attempt});
  }
  for (auto& [slot, queue] : held) std::sort(queue.begin(), queue.end(), RunsBefore);
  return held;
}

}  // namespace mote::coordinator
