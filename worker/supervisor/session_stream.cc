#include "worker/supervisor/session_stream.h"

#include <utility>

#include "common/session_limits.h"

namespace mote::worker {
namespace {

// Reports are bounded by the leases held; the rest is heartbeats.
constexpr size_t kQueueMax = 16384;

}  // namespace

SessionStream::SessionStream(mote::v1::WorkerService::Stub& stub, mote::v1::SessionRequest hello, Listener listener)
    : listener_(std::move(listener)), queue_(kControlBytesMax) {
  stub.async()->Session(&context_, this);
  AddHold();  // until nothing can be sent any more: writes begin outside of gRPC's calls
  StartRead(&response_);
  Send(std::move(hello));
  Flush();
  StartCall();
}

SessionStream::~SessionStream() {
  context_.TryCancel();
  std::unique_lock<std::mutex> lock(mutex_);
  ended_changed_.wait(lock, [this] { return ended_; });
}

bool SessionStream::Send(mote::v1::SessionRequest message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (closed_ || finishing_ || queue_.size() >= kQueueMax) return false;
  queue_.Push(std::move(message));
  return true;
}

void SessionStream::Flush() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Advance();
}

void SessionStream::Finish(absl::Duration patience) {
  std::unique_lock<std::mutex> lock(mutex_);
  finishing_ = true;
  Advance();
  ended_changed_.wait_for(lock, absl::ToChronoNanoseconds(patience), [this] { return ended_; });
}

// Starts the next write, or says that there will be none. Requires mutex_.
void SessionStream::Advance() {
  if (writing_ || closed_) return;
  if (!queue_.empty()) {
    request_ = queue_.Take();
    writing_ = true;
    StartWrite(&request_);
  } else if (finishing_ && !said_finished_) {
    said_finished_ = true;
    StartWritesDone();
  }
}

void SessionStream::OnReadDone(bool ok) {
  if (ok) {
    listener_.on_message(std::move(response_));
    return StartRead(&response_);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  RemoveHold();
}

void SessionStream::OnWriteDone(bool ok) {
  const std::lock_guard<std::mutex> lock(mutex_);
  writing_ = false;
  if (!ok) queue_.Clear();  // the reader learns why
  if (ok) Advance();
}

void SessionStream::OnDone(const grpc::Status& status) {
  listener_.on_closed(status);
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  ended_changed_.notify_all();
}

}  // namespace mote::worker
