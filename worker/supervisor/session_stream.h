// One session stream to the coordinator: a reader thread, and a writer thread with
// a bounded queue and one write in flight.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "mote/v1/worker_service.grpc.pb.h"

namespace mote::worker {

// Thread-safe. Serves one connection: a reconnect is a new stream.
class SessionStream {
 public:
  struct Listener {
    // Both run on the stream's reader thread.
    std::function<void(mote::v1::SessionResponse)> on_message;
    // The last call; also when the stream could not be opened.
    std::function<void(grpc::Status)> on_closed;
  };

  SessionStream(mote::v1::WorkerService::Stub& stub, mote::v1::SessionRequest hello, Listener listener);
  // Cancels what is left and waits for the threads.
  ~SessionStream();
  SessionStream(const SessionStream&) = delete;
  SessionStream& operator=(const SessionStream&) = delete;

  // False: the queue is full because the coordinator does not read, or the stream is
  // closed. The session resends what matters on the next stream.
  bool Send(mote::v1::SessionRequest message);
  // Ends the stream; on_closed follows.
  void Cancel() { context_.TryCancel(); }
  // Says that nothing more will be sent, and waits for the coordinator to have read
  // everything.
  void Finish(absl::Duration patience);

 private:
  void Write();
  void Read(const Listener& listener);

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<mote::v1::SessionRequest, mote::v1::SessionResponse>> stream_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<mote::v1::SessionRequest> queue_;
  bool closed_ = false;     // nothing can be sent any more
  bool finishing_ = false;  // nothing more will be queued
  bool ended_ = false;      // the coordinator has ended the stream
  std::thread writer_;
  std::thread reader_;
};

}  // namespace mote::worker
