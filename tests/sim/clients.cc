#include "tests/sim/clients.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mote::sim {
namespace {

constexpr absl::Duration kAskAgain = absl::Seconds(2);
constexpr absl::Duration kLookAgain = absl::Milliseconds(200);
// Of the tasks, planned and foreseen: then an ETA should be good.
constexpr double kEarlyShare = 0.05;
// Longer than a few back-offs in a row: between them a task may run unseen.
constexpr absl::Duration kIdleMax = absl::Minutes(1);
// Above this are the CallIds of retries.
constexpr uint64_t kRetries = 2'000'000;

double ShareDone(const mc::JobView& view) {
  double done = 0, all = 0;
  for (const mc::StageView& stage : view.stages) {
    done += static_cast<double>(stage.tasks_committed);
    all += static_cast<double>(stage.tasks_total);
  }
  return all > 0 ? done / all : 0;
}

}  // namespace

Clients::Clients(EventQueue& queue, Random& random, const Options& options, Workload& workload, Loop& loop,
                 Invariants& invariants)
    : queue_(queue),
      random_(random),
      options_(options),
      workload_(workload),
      loop_(loop),
      invariants_(invariants),
      start_(queue.now()),
      calls_(workload.jobs().size()) {}

void Clients::Start() {
  for (size_t job = 0; job < calls_.size(); ++job) {
    const absl::Duration wait =
        job == 0 ? absl::ZeroDuration() : random_.Between(absl::ZeroDuration(), absl::Seconds(3));
    queue_.After(wait, [this, job] { Submit(job); });
    const std::optional<absl::Duration> cancel_at = workload_.jobs()[job].cancel_at;
    if (cancel_at) queue_.After(*cancel_at, [this, job] { Cancel(job); });
  }
}

void Clients::Cancel(size_t job) {
  if (calls_[job].ended) return;
  if (calls_[job].id) loop_.Post(mc::CancelJob{CallId{job + 1}, *calls_[job].id, "sim"});
  queue_.After(kAskAgain, [this, job] { Cancel(job); });
}

void Clients::Submit(size_t job) {
  if (calls_[job].id) {
    if (!calls_[job].looking) Look(job);
    return;
  }
  const SimJob& submitted = workload_.jobs()[job];
  loop_.Post(mc::SubmitJob{CallId{job + 1}, submitted.spec, submitted.request_id, "sim"});
  queue_.After(kAskAgain, [this, job] { Submit(job); });
}

void Clients::Look(size_t job) {
  calls_[job].looking = !calls_[job].ended;
  if (!calls_[job].looking) return;
  loop_.Post(mc::GetJob{CallId{job + 1}, *calls_[job].id});
  queue_.After(kLookAgain, [this, job] { Look(job); });
}

void Clients::On(const mc::Reply& reply) {
  if (reply.call.value == kNobody) return;
  if (options_.faults.answers_lost && random_.Chance(0.3)) return;
  if (reply.call.value > kRetries) return OnRetried(reply.call.value - kRetries - 1, reply);
  const size_t job = reply.call.value - 1;
  if (!reply.status.ok()) return invariants_.Fail("a valid call is not refused", reply.status.ToString());
  Watched& watched = calls_.at(job);
  if (const JobId* id = std::get_if<JobId>(&reply.answer)) {
    if (watched.id && *watched.id != *id) {
      invariants_.Fail("a request id makes one job", absl::StrCat("jobs ", watched.id->value, " and ", id->value));
    }
    watched.id = *id;
  } else if (const auto* view = std::get_if<mc::JobView>(&reply.answer)) {
    watched.last = *view;
    if (!watched.early && ShareDone(*view) >= kEarlyShare) watched.early = {*view, queue_.now()};
    if (IsTerminal(view->state) && !watched.ended) Ended(job, *view);
    CheckReason(watched);
  }
}

void Clients::Ended(size_t job, const mc::JobView& view) {
  Watched& watched = calls_[job];
  if (watched.retried_end == view.end) {
    invariants_.Fail("a retry that was told is in the journal", absl::StrCat("job ", view.id.value));
  }
  watched.ended = view;
  const bool may_retry = options_.retries && view.state != mc::JobState::kSucceeded && watched.retries_left > 0;
  if (!may_retry || random_.Chance(0.2)) {
    watched.resubmitting = options_.resubmits && watched.resubmits_left > 0 && random_.Chance(0.7);
    if (!watched.resubmitting) return;
    return queue_.After(random_.Between(absl::ZeroDuration(), absl::Seconds(3)), [this, job] { Resubmit(job); });
  }
  --watched.retries_left;
  ++watched.retries_asked;
  if (random_.Chance(0.5)) workload_.Mend(job);
  queue_.After(random_.Between(absl::ZeroDuration(), absl::Seconds(3)), [this, job] { Retry(job); });
}

void Clients::Resubmit(size_t job) {
  const size_t again = workload_.Resubmit(job, /*edited=*/random_.Chance(0.5));
  if (random_.Chance(0.3)) workload_.Mend(again);
  calls_[job].resubmitting = false;
  calls_.emplace_back().resubmits_left = calls_[job].resubmits_left - 1;
  last_wish_ = queue_.now();
  Submit(again);
}

// The coordinator may crash just then, with the answer or before it.
void Clients::Retry(size_t job) {
  Watched& watched = calls_[job];
  if (watched.retries_asked == 0) return;
  watched.retried_twice = watched.retried_twice || watched.retries_asked > 1;
  ++watched.retries_asked;
  last_wish_ = queue_.now();
  loop_.Post(mc::RetryJob{CallId{kRetries + job + 1}, *watched.id, "sim"});
  const bool in_chaos = queue_.now() < start_ + options_.chaos;
  if (options_.faults.coordinator_crashes && in_chaos && random_.Chance(0.3)) loop_.CrashAfterCommit();
  queue_.After(kAskAgain, [this, job] { Retry(job); });
}

// Refused is what was cancelled, and what runs because an earlier call was heard.
void Clients::OnRetried(size_t job, const mc::Reply& reply) {
  Watched& watched = calls_[job];
  if (watched.retries_asked == 0) return;
  const bool may_refuse = watched.retries_asked > 2 || watched.ended->state == mc::JobState::kCancelled;
  if (!reply.status.ok() && !(may_refuse && absl::IsFailedPrecondition(reply.status))) {
    return invariants_.Fail("a valid call is not refused", reply.status.ToString());
  }
  watched.retries_asked = 0;
  if (reply.status.ok()) watched.retried_end = watched.ended->end;
  watched.ended.reset();
  watched.idle_since.reset();
  if (!watched.looking) Look(job);
  if (!workload_.jobs()[job].cancel_at || random_.Chance(0.7)) return;
  queue_.After(random_.Between(absl::ZeroDuration(), absl::Seconds(3)), [this, job] { Cancel(job); });
}

// Nobody who looks at a job wonders for long why nothing happens.
void Clients::CheckReason(Watched& watched) {
  const mc::JobView& view = *watched.last;
  asks_for_worker_ =
      asks_for_worker_ || absl::StrContains(view.waiting_reason, "another worker must decide: start one");
  const bool runs = std::any_of(view.stages.begin(), view.stages.end(),
                                [](const mc::StageView& stage) { return stage.tasks_running > 0; });
  if (runs || IsTerminal(view.state) || !view.waiting_reason.empty()) return watched.idle_since.reset();
  if (!watched.idle_since) watched.idle_since = queue_.now();
  if (queue_.now() - *watched.idle_since > kIdleMax) {
    invariants_.Fail("no job waits without a reason", Unfinished());
  }
}

void Clients::On(const mc::JobChanged& changed) {
  for (size_t job = 0; changed.terminal && job < calls_.size(); ++job) {
    if (calls_[job].id == changed.job && !calls_[job].ended) loop_.Post(mc::GetJob{CallId{job + 1}, changed.job});
  }
}

bool Clients::done() const {
  return std::all_of(calls_.begin(), calls_.end(), [](const Watched& watched) {
    return watched.ended && watched.retries_asked == 0 && !watched.resubmitting;
  });
}

std::string Clients::Unfinished() const {
  std::string text;
  for (size_t job = 0; job < calls_.size(); ++job) {
    const Watched& watched = calls_[job];
    if (watched.ended && watched.retries_asked == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : "; ", "job ", job + 1);
    if (!watched.last) {
      absl::StrAppend(&text, " was never seen");
      continue;
    }
    for (const mc::StageView& stage : watched.last->stages) {
      absl::StrAppend(&text, " has ", stage.tasks_committed, " of ", stage.tasks_total, " tasks, ", stage.tasks_running,
                      " running");
    }
    if (!watched.last->waiting_reason.empty()) absl::StrAppend(&text, ", ", watched.last->waiting_reason);
  }
  return text;
}

}  // namespace mote::sim
