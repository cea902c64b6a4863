// Frames of the engine protocol over a Unix socket: a u32 length (little-endian)
// and one protobuf message.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace google::protobuf {
class MessageLite;
}

namespace mote::wire {

inline constexpr uint32_t kFrameBytesMax = 16 << 20;

// One end of the socket; owns the descriptor.
//
// Send may be called from any thread; Receive from one thread at a time.
class FrameSocket {
 public:
  explicit FrameSocket(int fd) : fd_(fd) {}
  ~FrameSocket();
  FrameSocket(const FrameSocket&) = delete;
  FrameSocket& operator=(const FrameSocket&) = delete;

  // A peer that reads nothing for so long is taken for dead by Send.
  void SetSendTimeout(absl::Duration timeout);

  // Errors
  //   InvalidArgument  the message exceeds kFrameBytesMax; nothing was sent
  //   Unavailable      the peer closed, or read nothing within the timeout: the
  //                    socket is of no more use
  absl::Status Send(const google::protobuf::MessageLite& message);
  // The same, but the message may wait until Flush, with others before and after it.
  absl::Status Queue(const google::protobuf::MessageLite& message);
  absl::Status Flush();

  // Waits for one message. False: the peer closed between two frames.
  //
  // Errors
  //   InvalidArgument  a frame too long, or not a message of this type
  //   Unavailable      the peer closed inside a frame, or the socket failed
  absl::StatusOr<bool> Receive(google::protobuf::MessageLite* message);
  // Another whole message is here already: the next Receive does not wait.
  bool HasMore() const;

  // Wakes a waiting Receive, here and at the peer.
  void Shutdown();
  int fd() const { return fd_; }

 private:
  absl::Status Append(const google::protobuf::MessageLite& message);
  absl::Status SendAll();
  absl::StatusOr<bool> ReceiveAtLeast(size_t size);
  size_t received() const { return received_end_ - received_begin_; }
  uint32_t NextLength() const;

  const int fd_;
  std::mutex send_mutex_;
  std::string send_buffer_;  // frames that wait; guarded by send_mutex_
  std::string receive_buffer_;
  size_t received_begin_ = 0;  // what was received and not taken yet, in receive_buffer_
  size_t received_end_ = 0;
};

}  // namespace mote::wire
