#include "worker/supervisor/session_stream.h"

#include <utility>

namespace mote::worker {
namespace {

// Reports are bounded by the leases held; the rest is heartbeats.
constexpr size_t kQueueMax = 1024;

}  // namespace

SessionStream::SessionStream(mote::v1::WorkerService::Stub& stub, mote::v1::SessionRequest hello, Listener listener) {
  queue_.push_back(std::move(hello));
  stream_ = stub.Session(&context_);
  writer_ = std::thread(&SessionStream::Write, this);
  reader_ = std::thread(&SessionStream::Read, this, std::move(listener));
}

SessionStream::~SessionStream() {
  context_.TryCancel();
  reader_.join();
}

bool SessionStream::Send(mote::v1::SessionRequest message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (closed_ || finishing_ || queue_.size() >= kQueueMax) return false;
  queue_.push_back(std::move(message));
  changed_.notify_all();
  return true;
}

void SessionStream::Finish(absl::Duration patience) {
  std::unique_lock<std::mutex> lock(mutex_);
  finishing_ = true;
  changed_.notify_all();
  changed_.wait_for(lock, absl::ToChronoNanoseconds(patience), [this] { return ended_; });
}

void SessionStream::Write() {
  for (;;) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || finishing_ || !queue_.empty(); });
    if (closed_) return;
    if (queue_.empty()) break;
    const mote::v1::SessionRequest message = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    if (!stream_->Write(message)) return;  // the reader learns why
  }
  stream_->WritesDone();
}

void SessionStream::Read(const Listener& listener) {
  mote::v1::SessionResponse message;
  while (stream_->Read(&message)) listener.on_message(std::move(message));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  writer_.join();
  const grpc::Status status = stream_->Finish();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  listener.on_closed(status);
}

}  // namespace mote::worker
