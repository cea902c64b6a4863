#include "worker/wire/frame.h"

#include <google/protobuf/message_lite.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::wire {
namespace {

// What may wait for Flush, and what is received at a time where frames are small.
constexpr size_t kQueuedBytesMax = 64 << 10;
constexpr size_t kReceiveBytes = 64 << 10;
// Space that is kept once a larger frame has gone.
constexpr size_t kBufferKept = 1 << 20;

}  // namespace

FrameSocket::~FrameSocket() { close(fd_); }

void FrameSocket::SetSendTimeout(absl::Duration timeout) {
  const timeval value = absl::ToTimeval(timeout);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof(value));
}

absl::Status FrameSocket::Send(const google::protobuf::MessageLite& message) {
  const std::lock_guard<std::mutex> lock(send_mutex_);
  MOTE_RETURN_IF_ERROR(Append(message));
  return SendAll();
}

absl::Status FrameSocket::Queue(const google::protobuf::MessageLite& message) {
  const std::lock_guard<std::mutex> lock(send_mutex_);
  MOTE_RETURN_IF_ERROR(Append(message));
  return send_buffer_.size() < kQueuedBytesMax ? absl::OkStatus() : SendAll();
}

absl::Status FrameSocket::Flush() {
  const std::lock_guard<std::mutex> lock(send_mutex_);
  return SendAll();
}

// Requires send_mutex_.
absl::Status FrameSocket::Append(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  if (size > kFrameBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("engine message of ", size, " bytes; frames have at most ", kFrameBytesMax));
  }
  const auto length = static_cast<uint32_t>(size);
  const size_t begin = send_buffer_.size();
  send_buffer_.resize(begin + sizeof(length) + size);
  char* const frame = send_buffer_.data() + begin;
  std::memcpy(frame, &length, sizeof(length));
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(frame + sizeof(length)));
  return absl::OkStatus();
}

// Requires send_mutex_.
absl::Status FrameSocket::SendAll() {
  size_t sent = 0;
  absl::Status status;
  while (sent < send_buffer_.size() && status.ok()) {
    const ssize_t n = send(fd_, send_buffer_.data() + sent, send_buffer_.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) status = absl::UnavailableError(absl::StrCat("sending to the peer failed: ", std::strerror(errno)));
    sent += static_cast<size_t>(std::max<ssize_t>(n, 0));
  }
  send_buffer_.clear();
  if (send_buffer_.capacity() > kBufferKept) send_buffer_.shrink_to_fit();
  return status;
}

// False: the peer closed before the first of these bytes.
absl::StatusOr<bool> FrameSocket::ReceiveAtLeast(size_t size) {
  if (received() >= size) return true;
  std::memmove(receive_buffer_.data(), receive_buffer_.data() + received_begin_, received());
  received_end_ = received();
  received_begin_ = 0;
  receive_buffer_.resize(std::max(size, kReceiveBytes));
  while (received() < size) {
    const ssize_t n = recv(fd_, receive_buffer_.data() + received_end_, receive_buffer_.size() - received_end_, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::UnavailableError(absl::StrCat("receiving failed: ", std::strerror(errno)));
    if (n == 0 && received() == 0) return false;
    if (n == 0) return absl::UnavailableError("the peer closed inside a frame");
    received_end_ += static_cast<size_t>(n);
  }
  return true;
}

// Of the frame that is received next. Requires that its first bytes are here.
uint32_t FrameSocket::NextLength() const {
  uint32_t length = 0;
  std::memcpy(&length, receive_buffer_.data() + received_begin_, sizeof(length));
  return length;
}

bool FrameSocket::HasMore() const {
  return received() >= sizeof(uint32_t) && received() - sizeof(uint32_t) >= NextLength();
}

absl::StatusOr<bool> FrameSocket::Receive(google::protobuf::MessageLite* message) {
  uint32_t length = 0;
  MOTE_ASSIGN_OR_RETURN(const bool open, ReceiveAtLeast(sizeof(length)));
  if (!open) return false;
  length = NextLength();
  if (length > kFrameBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("frame of ", length, " bytes; at most ", kFrameBytesMax, " are allowed"));
  }
  MOTE_RETURN_IF_ERROR(ReceiveAtLeast(sizeof(length) + length).status());
  const char* const body = receive_buffer_.data() + received_begin_ + sizeof(length);
  received_begin_ += sizeof(length) + length;
  if (!message->ParseFromArray(body, static_cast<int>(length))) {
    return absl::InvalidArgumentError(absl::StrCat("frame of ", length, " bytes is not a ", message->GetTypeName()));
  }
  return true;
}

void FrameSocket::Shutdown() { shutdown(fd_, SHUT_RDWR); }

}  // namespace mote::wire
