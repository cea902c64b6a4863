#include "coordinator/rpc/session_table.h"

#include <utility>

namespace mote::coordinator {

SessionId SessionTable::Add(SessionStream* stream) {
  const std::lock_guard lock(mutex_);
  const SessionId session{next_session_++};
  streams_[session] = stream;
  if (!closed_.ok()) stream->Close(closed_);
  return session;
}

void SessionTable::Remove(SessionId session) {
  const std::lock_guard lock(mutex_);
  streams_.erase(session);
}

void SessionTable::Send(SessionId session, v1::SessionResponse message) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(session);
  if (found == streams_.end()) return;
  found->second->Send(std::move(message));
  if (unflushed_.empty() || unflushed_.back() != session) unflushed_.push_back(session);
}

void SessionTable::Flush() {
  const std::lock_guard lock(mutex_);
  for (const SessionId session : unflushed_) {
    const auto found = streams_.find(session);
    if (found != streams_.end()) found->second->Flush();
  }
  unflushed_.clear();
}

void SessionTable::Close(SessionId session, const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(session);
  if (found != streams_.end()) found->second->Close(status);
}

void SessionTable::CloseAll(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  closed_ = status;
  for (const auto& [session, stream] : streams_) stream->Close(status);
}

void SessionTable::PostClosed(SessionId session) {
  if (post_(SessionClosed{session})) return;
  const std::lock_guard lock(mutex_);
  if (closed_.ok()) unposted_.push_back(session);  // a loop that has stopped wants none
}

void SessionTable::RetryPosts() {
  std::vector<SessionId> sessions;
  {
    const std::lock_guard lock(mutex_);
    sessions.swap(unposted_);
  }
  for (const SessionId session : sessions) PostClosed(session);
}

}  // namespace mote::coordinator
