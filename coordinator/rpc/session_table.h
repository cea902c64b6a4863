// The open worker streams, by session.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "common/ids.h"
#include "coordinator/rpc/mailbox.h"
#include "mote/v1/worker_service.pb.h"

namespace mote::coordinator {

// One worker stream. Called with the table locked: must not call the table back.
class SessionStream {
 public:
  virtual ~SessionStream() = default;
  // Queues a message; never blocks.
  virtual void Send(v1::SessionResponse message) = 0;
  // Begins to write what is queued: several messages in one.
  virtual void Flush() = 0;
  // Ends the stream once what is queued was sent.
  virtual void Close(const absl::Status& status) = 0;
};

class SessionTable {
 public:
  explicit SessionTable(PostCommand post) : post_(std::move(post)) {}

  SessionId Add(SessionStream* stream);
  void Remove(SessionId session);

  // To a session that is gone: dropped, the core learns of it by SessionClosed. Waits for
  // Flush.
  void Send(SessionId session, v1::SessionResponse message);
  // Lets go what was sent since the last one.
  void Flush();
  void Close(SessionId session, const absl::Status& status);
  // Closes all, and whatever is added later at once.
  void CloseAll(const absl::Status& status);

  // Tells the core that a stream ended. Kept for RetryPosts when the mailbox is full.
  void PostClosed(SessionId session);
  void RetryPosts();

 private:
  const PostCommand post_;
  std::mutex mutex_;
  uint64_t next_session_ = 1;  // guarded by mutex_, as all below
  std::map<SessionId, SessionStream*> streams_;
  absl::Status closed_;
  std::vector<SessionId> unflushed_;  // may name one several times
  std::vector<SessionId> unposted_;
};

}  // namespace mote::coordinator
