// What the parts of Client share: stubs, and calls that are retried. Internal to
// this folder.
#pragma once

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <string>

#include "absl/time/clock.h"
#include "client/client.h"
#include "client/rpc_status.h"
#include "mote/v1/artifact_service.grpc.pb.h"
#include "mote/v1/job_service.grpc.pb.h"

namespace mote::client {

// Messages of chunked streams carry at most so many bytes.
inline constexpr int64_t kChunkBytesMax = 1 << 20;
inline constexpr absl::Duration kBackoffMin = absl::Milliseconds(50);
inline constexpr absl::Duration kBackoffMax = absl::Seconds(1);

// Piece `i` of something larger, kBlobBytesMax bytes, the last one fewer, none beyond it;
// the same bytes each time, or it changed meanwhile.
using Cut = std::function<absl::StatusOr<std::string>(size_t i)>;

struct Client::Connection {
  std::shared_ptr<grpc::ChannelInterface> channel;
  std::string address;
  ConnectOptions options;
  std::unique_ptr<v1::JobService::Stub> jobs;
  std::unique_ptr<v1::ArtifactService::Stub> artifacts;

  // The context of one call, which CancelCalls ends. Pinned to its scope.
  class Call {
   public:
    explicit Call(Connection* connection) : connection_(*connection) {
      const std::lock_guard lock(connection_.mutex);
      accepted_ = !connection_.stopping;
      if (accepted_) connection_.calls.insert(&context_);
    }
    ~Call() {
      const std::lock_guard lock(connection_.mutex);
      connection_.calls.erase(&context_);
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    bool accepted() const { return accepted_; }  // false: calls were cancelled
    grpc::ClientContext* context() { return &context_; }

   private:
    Connection& connection_;
    grpc::ClientContext context_;
    bool accepted_;
  };

  std::mutex mutex;
  bool stopping = false;                 // guarded by mutex
  std::set<grpc::ClientContext*> calls;  // guarded by mutex: those that run

  bool IsStopping() {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  // The content that `cut` yields; `name` is for messages. See Client::PutFile.
  absl::StatusOr<ArtifactRef> Upload(const std::string& name, const Cut& cut);
  absl::Status PutMissing(const std::string& name, const std::vector<BlobRef>& blobs, const Cut& cut);
  absl::Status PutBlob(const Digest& digest, std::string_view bytes);
  // Which of `digests` (at most 4096) the coordinator lacks.
  absl::StatusOr<std::set<Digest>> FindMissing(const std::vector<BlobRef>& blobs, size_t begin, size_t end);

  // Runs `call` (grpc::Status(grpc::ClientContext*)) until it answers something else
  // than UNAVAILABLE, or retry_for is over.
  template <class Function>
  absl::Status Retry(const Function& call) {
    const absl::Time give_up = absl::Now() + options.retry_for;
    for (absl::Duration backoff = kBackoffMin;; backoff = std::min(backoff * 2, kBackoffMax)) {
      Call running(this);
      if (!running.accepted()) return absl::CancelledError("the call was stopped");
      running.context()->set_deadline(absl::ToChronoTime(absl::Now() + options.call_timeout));
      const grpc::Status status = call(running.context());
      if (status.error_code() != grpc::StatusCode::UNAVAILABLE || absl::Now() + backoff >= give_up || IsStopping()) {
        return FromGrpc(status, address);
      }
      absl::SleepFor(backoff);
    }
  }

  // One unary call: Unary(jobs.get(), &Stub::GetJob, request, &response).
  template <class Stub, class Request, class Response>
  absl::Status Unary(Stub* stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                     const Request& request, Response* response) {
    return Retry([&](grpc::ClientContext* context) { return (stub->*method)(context, request, response); });
  }
};

}  // namespace mote::client
