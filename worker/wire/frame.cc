#include "worker/wire/frame.h"

#include <google/protobuf/message_lite.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::wire {

FrameSocket::~FrameSocket() { close(fd_); }

void FrameSocket::SetSendTimeout(absl::Duration timeout) {
  const timeval value = absl::ToTimeval(timeout);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof(value));
}

absl::Status FrameSocket::Send(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  if (size > kFrameBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("engine message of ", size, " bytes; frames have at most ", kFrameBytesMax));
  }
  const std::lock_guard<std::mutex> lock(send_mutex_);
  const uint32_t length = static_cast<uint32_t>(size);
  send_buffer_.resize(sizeof(length) + size);
  std::memcpy(send_buffer_.data(), &length, sizeof(length));
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(send_buffer_.data() + sizeof(length)));
  size_t sent = 0;
  while (sent < send_buffer_.size()) {
    const ssize_t n = send(fd_, send_buffer_.data() + sent, send_buffer_.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return absl::UnavailableError(absl::StrCat("sending to the peer failed: ", std::strerror(errno)));
    sent += static_cast<size_t>(n);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> FrameSocket::ReadExactly(char* to, size_t size) {
  size_t got = 0;
  while (got < size) {
    const ssize_t n = recv(fd_, to + got, size - got, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::UnavailableError(absl::StrCat("receiving failed: ", std::strerror(errno)));
    if (n == 0 && got == 0) return false;
    if (n == 0) return absl::UnavailableError("the peer closed inside a frame");
    got += static_cast<size_t>(n);
  }
  return true;
}

absl::StatusOr<bool> FrameSocket::Receive(google::protobuf::MessageLite* message) {
  uint32_t length = 0;
  MOTE_ASSIGN_OR_RETURN(const bool open, ReadExactly(reinterpret_cast<char*>(&length), sizeof(length)));
  if (!open) return false;
  if (length > kFrameBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("frame of ", length, " bytes; at most ", kFrameBytesMax, " are allowed"));
  }
  receive_buffer_.resize(length);
  if (length > 0) {
    MOTE_ASSIGN_OR_RETURN(const bool whole, ReadExactly(receive_buffer_.data(), length));
    if (!whole) return absl::UnavailableError("the peer closed inside a frame");
  }
  if (!message->ParseFromArray(receive_buffer_.data(), static_cast<int>(length))) {
    return absl::InvalidArgumentError(absl::StrCat("frame of ", length, " bytes is not a ", message->GetTypeName()));
  }
  return true;
}

void FrameSocket::Shutdown() { shutdown(fd_, SHUT_RDWR); }

}  // namespace mote::wire
