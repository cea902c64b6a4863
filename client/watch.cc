#include "client/connection.h"

namespace mote::client {
namespace {

enum class WatchEnd { kEnded, kStopped, kBroken };

// A coordinator that stops ends its streams with UNAVAILABLE, CANCELLED or nothing.
bool MayComeBack(const grpc::Status& status) {
  return status.ok() || status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::CANCELLED;
}

}  // namespace

absl::Status Client::WatchJob(uint64_t job_id, const std::function<bool(const v1::Job&)>& on_change) {
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  absl::Time give_up = absl::Now() + connection_->options.retry_for;
  for (absl::Duration backoff = kBackoffMin;; backoff = std::min(backoff * 2, kBackoffMax)) {
    Connection::Call call(connection_.get());
    if (!call.accepted()) return absl::CancelledError("watching was stopped");
    const auto stream = connection_->jobs->WatchJob(call.context(), request);
    v1::Job job;
    WatchEnd end = WatchEnd::kBroken;
    while (end == WatchEnd::kBroken && stream->Read(&job)) {
      give_up = absl::Now() + connection_->options.retry_for;
      backoff = kBackoffMin;
      if (!on_change(job)) {
        end = WatchEnd::kStopped;
      } else if (IsTerminal(job.state())) {
        end = WatchEnd::kEnded;
      }
    }
    if (end != WatchEnd::kBroken) call.context()->TryCancel();
    const grpc::Status status = stream->Finish();
    if (end != WatchEnd::kBroken) return absl::OkStatus();
    if (connection_->IsStopping()) return absl::CancelledError("watching was stopped");
    if (!MayComeBack(status)) return FromGrpc(status, connection_->address);
    if (absl::Now() + backoff >= give_up) return NoCoordinator(connection_->address, status.error_message());
    absl::SleepFor(backoff);
  }
}

void Client::CancelCalls() {
  const std::lock_guard lock(connection_->mutex);
  connection_->stopping = true;
  for (grpc::ClientContext* context : connection_->calls) context->TryCancel();
}

}  // namespace mote::client
