#include "coordinator/rpc/job_watcher.h"

#include <utility>

#include "coordinator/rpc/grpc_status.h"

namespace mote::coordinator {
namespace {

bool IsTerminal(v1::JobState state) {
  return state != v1::JOB_STATE_UNSPECIFIED && state != v1::JOB_STATE_PENDING && state != v1::JOB_STATE_RUNNING;
}

}  // namespace

JobWatcher::JobWatcher(JobId job, WatchHub& hub) : job_(job), hub_(hub) { hub_.Add(job, this); }

void JobWatcher::Show(const std::shared_ptr<const v1::Job>& job) {
  const std::lock_guard lock(mutex_);
  next_ = job;
  Advance();
}

void JobWatcher::End(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  if (!end_.has_value()) end_ = status;
  Advance();
}

void JobWatcher::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  if (!ok && !end_.has_value()) end_ = absl::CancelledError("the client went away");
  if (!ok || IsTerminal(writing_->state())) next_ = nullptr;
  if (ok && IsTerminal(writing_->state())) end_ = absl::OkStatus();
  writing_ = nullptr;
  Advance();
}

void JobWatcher::OnCancel() { End(absl::CancelledError("the client went away")); }

void JobWatcher::OnDone() {
  hub_.Remove(job_, this);
  delete this;
}

// Starts what comes next: the newest view, or the end. Requires mutex_.
void JobWatcher::Advance() {
  if (writing_ != nullptr || finished_) return;
  if (next_ != nullptr) {
    writing_ = std::exchange(next_, nullptr);
    StartWrite(writing_.get());
  } else if (end_.has_value()) {
    finished_ = true;
    Finish(ToGrpc(*end_));
  }
}

}  // namespace mote::coordinator
