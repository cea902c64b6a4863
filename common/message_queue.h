// Messages that wait to be written to one stream, and go out several in one.
#pragma once

#include <cstddef>
#include <deque>
#include <utility>

namespace mote {

// `Message` is a protobuf message that has `repeated Message more` for those after it.
//
// Not thread-safe.
template <class Message>
class MessageQueue {
 public:
  // `message_bytes_max`: of what Take returns, where several messages are joined.
  explicit MessageQueue(size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  void Push(Message message) {
    const size_t bytes = message.ByteSizeLong();
    bytes_ += bytes;
    waiting_.push_back({std::move(message), bytes});
  }

  // The first message, with those after it that fit in its `more`. Requires !empty().
  Message Take() {
    size_t bytes = 0;
    Message taken = PopFront(&bytes);
    while (!waiting_.empty() && bytes + waiting_.front().bytes + kFieldBytesMax <= message_bytes_max_) {
      bytes += kFieldBytesMax;
      *taken.add_more() = PopFront(&bytes);
    }
    return taken;
  }

  void Clear() {
    waiting_.clear();
    bytes_ = 0;
  }

  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }
  // Of all that wait.
  size_t bytes() const { return bytes_; }

 private:
  // Tag and length of an element of `more`.
  static constexpr size_t kFieldBytesMax = 8;
  struct Waiting {
    Message message;
    size_t bytes;
  };

  Message PopFront(size_t* bytes) {
    Message message = std::move(waiting_.front().message);
    *bytes += waiting_.front().bytes;
    bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
    return message;
  }

  const size_t message_bytes_max_;
  std::deque<Waiting> waiting_;
  size_t bytes_ = 0;
};

}  // namespace mote
