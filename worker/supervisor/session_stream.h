// One session stream to the coordinator: a bounded queue and one write in flight.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <functional>
#include <mutex>

#include "absl/time/time.h"
#include "common/message_queue.h"
#include "mote/v1/worker_service.grpc.pb.h"

namespace mote::worker {

// Thread-safe. Serves one connection: a reconnect is a new stream.
class SessionStream : private grpc::ClientBidiReactor<mote::v1::SessionRequest, mote::v1::SessionResponse> {
 public:
  struct Listener {
    // Both run on gRPC's threads, one after another. While on_message waits, nothing more
    // is read. What is in `more` comes with its message.
    std::function<void(mote::v1::SessionResponse)> on_message;
    // The last call; also when the stream could not be opened.
    std::function<void(grpc::Status)> on_closed;
  };

  SessionStream(mote::v1::WorkerService::Stub& stub, mote::v1::SessionRequest hello, Listener listener);
  // Cancels what is left and waits for the last call.
  ~SessionStream() override;
  SessionStream(const SessionStream&) = delete;
  SessionStream& operator=(const SessionStream&) = delete;

  // Queues a message until Flush. False: the queue is full because the coordinator does not
  // read, or the stream is closed. The session resends what matters on the next stream.
  bool Send(mote::v1::SessionRequest message);
  // Begins to write what is queued: several messages in one.
  void Flush();
  // Ends the stream; on_closed follows.
  void Cancel() { context_.TryCancel(); }
  // Says that nothing more will be sent, and waits for the coordinator to have read
  // everything.
  void Finish(absl::Duration patience);

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  void Advance();

  const Listener listener_;
  grpc::ClientContext context_;
  mote::v1::SessionResponse response_;  // of the one read in flight
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  MessageQueue<mote::v1::SessionRequest> queue_;  // guarded by mutex_, as all below
  mote::v1::SessionRequest request_;              // of the one write in flight
  bool writing_ = false;
  bool closed_ = false;         // nothing can be sent any more
  bool finishing_ = false;      // nothing more will be queued
  bool said_finished_ = false;  // the coordinator was told so
  bool ended_ = false;          // OnDone was the last call
};

}  // namespace mote::worker
