#include "coordinator/rpc/worker_service.h"

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/host_port.h"
#include "common/message_queue.h"
#include "common/session_limits.h"
#include "common/status_macros.h"
#include "common/version.h"
#include "coordinator/convert/wire.h"
#include "coordinator/rpc/grpc_status.h"
#include "coordinator/rpc/session_convert.h"
#include "coordinator/rpc/session_reader.h"

namespace mote::coordinator {
namespace {

// What may wait for a worker that reads slowly.
constexpr size_t kQueueBytesMax = 32 << 20;
constexpr size_t kQueueMessagesMax = 16384;

// By where gRPC says that the other side is: "ipv4:127.0.0.1:5000", "ipv6:%5B::1%5D:5000",
// "unix:PATH".
std::string TransportOf(const std::string& peer) {
  const std::string address = absl::StrReplaceAll(peer.substr(peer.find(':') + 1), {{"%5B", "["}, {"%5D", "]"}});
  return absl::StartsWith(peer, "unix") || IsLoopback(address) ? "loopback" : "network";
}

// Lives until OnDone. Reactions of one stream may run concurrently.
class Stream : public grpc::ServerBidiReactor<v1::SessionRequest, v1::SessionResponse>, public SessionStream {
 public:
  Stream(grpc::CallbackServerContext* context, SessionTable& sessions, const PostCommand& post)
      : context_(context), sessions_(sessions), post_(post), session_(sessions.Add(this)) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Close(absl::OkStatus());  // the worker left, or its connection did
    if (const absl::Status status = Receive(); !status.ok()) return Close(status);
    StartRead(&request_);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) queue_.Clear();
    if (!ok && !close_.has_value()) close_ = absl::CancelledError("the worker's connection broke");
    Advance();
  }

  void OnCancel() override { Close(absl::CancelledError("the worker's connection broke")); }

  void OnDone() override {
    sessions_.Remove(session_);
    sessions_.PostClosed(session_);
    delete this;
  }

  void Send(v1::SessionResponse message) override {
    const size_t bytes = message.ByteSizeLong();
    if (bytes > kControlBytesMax) return Refuse(message, bytes);
    const std::lock_guard lock(mutex_);
    if (close_.has_value()) return;
    if (queue_.size() >= kQueueMessagesMax || queue_.bytes() + bytes > kQueueBytesMax) return DropSlowReader();
    queue_.Push(std::move(message));
  }

  void Flush() override {
    const std::lock_guard lock(mutex_);
    Advance();
  }

  void Close(const absl::Status& status) override {
    const std::lock_guard lock(mutex_);
    if (!close_.has_value()) close_ = status;
    Advance();
  }

 private:
  absl::Status Receive() {
    MOTE_ASSIGN_OR_RETURN(std::vector<Command> commands, reader_.Read(request_));
    for (Command& command : commands) {
      if (auto* hello = std::get_if<WorkerHello>(&command)) hello->transport = TransportOf(context_->peer());
    }
    return post_(std::move(commands)) ? absl::OkStatus() : MailboxRefusal();
  }

  // Starts what comes next: the next write, or the end. Requires mutex_.
  void Advance() {
    if (writing_ || finished_) return;
    if (!queue_.empty()) {
      response_ = queue_.Take();
      writing_ = true;
      StartWrite(&response_);
    } else if (close_.has_value()) {
      finished_ = true;
      Finish(ToGrpc(*close_));
    }
  }

  // Requires mutex_. The write that hangs ends with the cancelled call.
  void DropSlowReader() {
    queue_.Clear();
    close_ = absl::UnavailableError("the worker reads too slowly; reconnect");
    context_->TryCancel();
  }

  // No worker can be told of such a pass.
  void Refuse(const v1::SessionResponse& message, size_t bytes) {
    if (!message.has_lease()) {
      return Close(absl::ResourceExhaustedError(absl::StrCat("a message to the worker of ", bytes, " bytes; at most ",
                                                             kControlBytesMax, " are allowed: start it anew")));
    }
    const absl::StatusOr<LeaseToken> token = FromProto(message.lease().token());
    if (!token.ok()) return Close(token.status());
    LeaseRefused refused{*token,
                         absl::StrCat("the definition of this pass has ", bytes, " bytes, at most ", kControlBytesMax,
                                      " fit a message; shorten the stage's parameters or give them as a file")};
    if (!post_(std::move(refused))) Close(MailboxRefusal());
  }

  grpc::CallbackServerContext* const context_;
  SessionTable& sessions_;
  const PostCommand& post_;
  v1::SessionRequest request_;  // of the one read in flight

  std::mutex mutex_;
  MessageQueue<v1::SessionResponse> queue_{kControlBytesMax};  // guarded by mutex_, as all below
  v1::SessionResponse response_;                               // of the one write in flight
  bool writing_ = false;
  std::optional<absl::Status> close_;  // end with this once the queue is empty
  bool finished_ = false;
  const SessionId session_;  // after all that Send and Close need: the table may call them as soon as it knows this
  SessionReader reader_{session_};  // reads come one after another: needs no lock
};

}  // namespace

grpc::ServerBidiReactor<v1::SessionRequest, v1::SessionResponse>* WorkerService::Session(
    grpc::CallbackServerContext* context) {
  return new Stream(context, sessions_, post_);
}

}  // namespace mote::coordinator
