#include "coordinator/core/log_reads.h"

namespace mote::coordinator {

std::optional<uint64_t> LogReads::Add(CallId call, SessionId session, absl::Time deadline) {
  if (reads_.size() >= kReadsMax) return std::nullopt;
  reads_[++last_] = {call, session, deadline};
  return last_;
}

std::optional<CallId> LogReads::Take(uint64_t request, SessionId session) {
  const auto found = reads_.find(request);
  if (found == reads_.end() || found->second.session != session) return std::nullopt;
  const CallId call = found->second.call;
  reads_.erase(found);
  return call;
}

template <class Pick>
std::vector<CallId> LogReads::TakeIf(Pick pick) {
  std::vector<CallId> calls;
  for (const auto& [request, read] : reads_) {
    if (pick(read)) calls.push_back(read.call);
  }
  std::erase_if(reads_, [&](const auto& entry) { return pick(entry.second); });
  return calls;
}

std::vector<CallId> LogReads::TakeAllOf(SessionId session) {
  return TakeIf([session](const Read& read) { return read.session == session; });
}

std::vector<CallId> LogReads::TakeOverdue(absl::Time now) {
  return TakeIf([now](const Read& read) { return read.deadline <= now; });
}

}  // namespace mote::coordinator
