#include "coordinator/rpc/watch_hub.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "coordinator/convert/view_convert.h"

namespace mote::coordinator {
namespace {

constexpr std::chrono::milliseconds kShowInterval(100);

}  // namespace

WatchHub::WatchHub(CallTable& calls, PostCommand post) : calls_(calls), post_(std::move(post)) {
  thread_ = std::thread([this] { Run(); });
}

WatchHub::~WatchHub() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void WatchHub::Add(JobId job, Watcher* watcher) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_.ok()) {
      watcher->End(closed_);
      return;
    }
    Watched& watched = jobs_[job];
    watched.watchers.push_back(watcher);
    watched.changed = true;
    watched.ask_from = {};  // who comes new waits for nobody
    if (!TakeIfDue(watched, Clock::now())) return;
  }
  Ask(job);
}

void WatchHub::Remove(JobId job, Watcher* watcher) {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return;
  std::erase(found->second.watchers, watcher);
  if (found->second.watchers.empty()) jobs_.erase(found);
}

void WatchHub::Changed(JobId job, bool ended) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(job);
    if (found == jobs_.end()) return;
    Watched& watched = found->second;
    const bool was_known = std::exchange(watched.changed, true);
    if (ended) watched.ask_from = {};
    if (!TakeIfDue(watched, Clock::now())) {
      if (!was_known) wake_.notify_all();  // when it is due
      return;
    }
  }
  Ask(job);
}

void WatchHub::EndAll(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  closed_ = status;
  for (const auto& [job, watched] : jobs_) {
    for (Watcher* watcher : watched.watchers) watcher->End(status);
  }
}

void WatchHub::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Clock::time_point now = Clock::now();
    Clock::time_point next = now + std::chrono::hours(1);
    const std::vector<JobId> due = TakeDue(now, &next);
    if (due.empty()) {
      wake_.wait_until(lock, next);
      continue;
    }
    lock.unlock();
    for (const JobId job : due) Ask(job);
    lock.lock();
  }
}

bool WatchHub::TakeIfDue(Watched& watched, Clock::time_point now) {
  if (!watched.changed || watched.asking || watched.ask_from > now) return false;
  watched.changed = false;
  watched.asking = true;
  watched.ask_from = now + kShowInterval;
  return true;
}

// Jobs to be asked for now; `next` becomes the time when the next one is due.
std::vector<JobId> WatchHub::TakeDue(Clock::time_point now, Clock::time_point* next) {
  std::vector<JobId> due;
  for (auto& [job, watched] : jobs_) {
    if (TakeIfDue(watched, now)) {
      due.push_back(job);
    } else if (watched.changed && !watched.asking) {
      *next = std::min(*next, watched.ask_from);
    }
  }
  return due;
}

void WatchHub::Ask(JobId job) {
  const CallId call = calls_.Add([this, job](const Reply& reply) { OnReply(job, reply); });
  if (!post_(GetJob{call, job})) calls_.Answer({call, MailboxRefusal(), {}});
}

void WatchHub::OnReply(JobId job, const Reply& reply) {
  std::shared_ptr<v1::Job> shown;
  if (reply.status.ok()) {
    const auto* view = std::get_if<JobView>(&reply.answer);
    MOTE_CHECK(view != nullptr, "GetJob is answered by a JobView");
    shown = std::make_shared<v1::Job>(ToProto(*view));
  }
  {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(job);
    if (found == jobs_.end()) return;
    found->second.asking = false;
    // Overload passes: the job is asked for again after the interval.
    if (absl::IsUnavailable(reply.status)) found->second.changed = true;
    for (Watcher* watcher : found->second.watchers) {
      if (shown != nullptr) {
        watcher->Show(shown);
      } else if (!absl::IsUnavailable(reply.status)) {
        watcher->End(reply.status);
      }
    }
    if (!TakeIfDue(found->second, Clock::now())) {
      if (found->second.changed) wake_.notify_all();  // when it is due
      return;
    }
  }
  Ask(job);
}

}  // namespace mote::coordinator
