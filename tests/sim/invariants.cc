#include "tests/sim/invariants.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/state_checks.h"

namespace mote::sim {
namespace {

// Far above any back-off that the core knows.
constexpr absl::Duration kBackoffMax = absl::Minutes(1);
// Around more absent tasks than these nothing is kept for a retry.
constexpr size_t kAbsentKeptMax = 64;

std::string TextOf(const LeaseToken& token) {
  return absl::StrCat("job ", token.job.value, " pass ", token.pass.value, " block at task ", token.block.begin(),
                      " level ", token.block.level, " attempt ", token.attempt, " of epoch ", token.epoch.value);
}

std::vector<bool> SettledOf(const mc::BlockSet& blocks) {
  std::vector<bool> settled(blocks.task_count());
  const auto fill = [&](int64_t begin, int64_t end, bool value) {
    std::fill(settled.begin() + begin, settled.begin() + end, value);
  };
  fill(0, blocks.frontier(), true);
  for (const auto& [begin, returned] : blocks.returned()) fill(begin, returned.block.end(blocks.task_count()), false);
  for (const auto& [begin, leased] : blocks.leases()) fill(begin, leased.block.end(blocks.task_count()), false);
  return settled;
}

}  // namespace

std::string Violation::ToString() const {
  return absl::StrCat("at ", absl::FormatDuration(absl::Trunc(at, absl::Microseconds(1))), ": ", invariant, ": ",
                      detail);
}

void Invariants::Fail(std::string_view invariant, std::string detail) {
  if (!violation_) violation_ = Violation{std::string(invariant), std::move(detail), queue_.now() - start_};
}

void Invariants::Started(const std::vector<mc::Event>& journal, const mc::State& state) {
  passes_.clear();
  readers_.clear();
  live_.clear();
  reported_.clear();
  ended_.clear();
  retried_.clear();
  complete_.clear();
  with_absent_.clear();
  for (const mc::Event& event : journal) Learn(event);
  for (const JobId id : retried_) {
    for (const auto& [pass_id, pass] : state.FindJob(id)->passes) CheckResumed(pass);
  }
}

void Invariants::Decided(const mc::State& state, absl::Time now, const mc::Decision& decision, size_t first_event) {
  for (size_t i = first_event; i < decision.events.size(); ++i) {
    Learn(decision.events[i]);
    outputs_lost_ += std::holds_alternative<mc::OutputLost>(decision.events[i]) ? 1 : 0;
    const auto* failed = std::get_if<mc::AttemptFailed>(&decision.events[i]);
    if (failed != nullptr && failed->not_before > now + kBackoffMax) {
      Fail("a block that failed is retried within a minute", TextOf(failed->token));
    }
  }
  for (size_t i = first_event; i < decision.events.size(); ++i) CheckResumed(state, decision.events[i]);
  if (violation_) return;
  CheckWindows(state);
  if (const std::optional<Finding> finding = CheckState(state)) Fail(finding->invariant, finding->detail);
}

void Invariants::Recorded(const mc::Decision& decision, size_t first_event, size_t first_effect) {
  // By attempt.
  std::map<std::pair<PassId, uint32_t>, TaskRange> recorded;
  for (size_t i = first_effect; i < decision.effects.size(); ++i) {
    const auto* record = std::get_if<mc::RecordAttempt>(&decision.effects[i]);
    if (record == nullptr || record->entry.outcome != mc::LedgerOutcome::kCommitted) continue;
    recorded[{record->entry.pass, record->entry.attempt}] = record->entry.tasks;
  }
  for (size_t i = first_event; i < decision.events.size(); ++i) {
    const auto* commit = std::get_if<mc::BlockCommitted>(&decision.events[i]);
    if (commit == nullptr) continue;
    const auto entry = recorded.find({commit->token.pass, commit->token.attempt});
    if (entry == recorded.end() || entry->second.begin != commit->token.block.begin() || entry->second.empty()) {
      Fail("what is committed is in the ledger", TextOf(commit->token));
    }
  }
}

void Invariants::CheckWindows(const mc::State& state) {
  for (const auto& [id, job] : state.jobs) {
    if (IsTerminal(job->state)) continue;  // what workers kept of it is lost by its end
    for (const auto& [pass_id, pass] : job->passes) {
      const auto book = passes_.find(pass_id);
      if (book == passes_.end() || pass.is_volatile || pass.blocks.first_unsettled() == book->second.lowest) continue;
      Fail("the window begins at the lowest task that is not settled",
           absl::StrCat("job ", id.value, " pass ", pass_id.value, ": at task ", pass.blocks.first_unsettled(),
                        ", but all below ", book->second.lowest, " are settled"));
    }
  }
}

void Invariants::Reconciled(const mc::WorkerHello& hello, const mc::Decision& decision, size_t first_effect) {
  std::set<LeaseToken> kept;
  bool welcome = false;
  for (size_t i = first_effect; i < decision.effects.size(); ++i) {
    const auto* sent = std::get_if<mc::SendWelcome>(&decision.effects[i]);
    if (sent == nullptr) continue;
    welcome = true;
    for (const mc::KeptLease& lease : sent->kept) kept.insert(lease.held);
  }
  if (!welcome) return;
  for (const LeaseToken& held : hello.held) {
    const auto live = live_.find(held);
    if (live == live_.end() || live->second != hello.worker || kept.contains(held)) continue;
    Fail("a lease that is still held is kept", absl::StrCat(hello.worker, " holds ", TextOf(held)));
  }
}

void Invariants::Judged(const mc::State& state, const std::deque<mc::Command>& waiting, const mc::Decision& decision,
                        size_t first_effect) {
  if (const std::optional<Finding> finding = CheckExclusions(state)) Fail(finding->invariant, finding->detail);
  if (waiting.empty()) return;
  for (size_t i = first_effect; i < decision.effects.size(); ++i) {
    const auto* closed = std::get_if<mc::CloseSession>(&decision.effects[i]);
    if (closed == nullptr) continue;
    for (const mc::Command& command : waiting) {
      const auto* heartbeat = std::get_if<mc::WorkerHeartbeat>(&command);
      if (heartbeat == nullptr || heartbeat->session != closed->session) continue;
      Fail("no worker is lost while its heartbeat waits in the mailbox", std::string(closed->status.message()));
    }
  }
}

void Invariants::Durable(std::span<const mc::Event> events) {
  for (const mc::Event& event : events) {
    if (const auto* commit = std::get_if<mc::BlockCommitted>(&event)) durable_reports_.insert(commit->token);
    if (const auto* held = std::get_if<mc::BlockHeld>(&event)) durable_reports_.insert(held->token);
    if (const auto* grant = std::get_if<mc::LeaseGranted>(&event)) durable_grants_.insert(grant->token);
    if (const auto* submitted = std::get_if<mc::JobSubmitted>(&event)) durable_jobs_.insert(submitted->job);
    if (const auto* ended = std::get_if<mc::JobEnded>(&event)) durable_ends_.insert({ended->job, ended->time});
  }
}

void Invariants::Released(const mc::Effect& effect) {
  if (const auto* ack = std::get_if<mc::SendAck>(&effect)) {
    if (reported_.contains(ack->token) && !durable_reports_.contains(ack->token)) {
      Fail("what is acknowledged is durable", absl::StrCat("the report of ", TextOf(ack->token)));
    }
  } else if (const auto* lease = std::get_if<mc::SendLease>(&effect)) {
    if (!lease->is_volatile && !durable_grants_.contains(lease->token)) {
      Fail("a lease leaves once its grant is durable", TextOf(lease->token));
    }
  } else if (const auto* reply = std::get_if<mc::Reply>(&effect)) {
    const JobId* job = std::get_if<JobId>(&reply->answer);
    if (job != nullptr && !durable_jobs_.contains(*job)) {
      Fail("an acknowledged job is in the journal", absl::StrCat("job ", job->value));
    }
    const auto* view = std::get_if<mc::JobView>(&reply->answer);
    if (view != nullptr && IsTerminal(view->state) && !durable_ends_.contains({view->id, view->end})) {
      Fail("an end that was told is in the journal", absl::StrCat("job ", view->id.value));
    }
  }
}

void Invariants::Learn(const mc::Event& event) {
  if (const auto* planned = std::get_if<mc::StepPlanned>(&event)) {
    LearnStep(*planned);
  } else if (const auto* finish = std::get_if<mc::FinishPlanned>(&event)) {
    LearnFold(finish->pass, {62, 0}, finish->finish);
  } else if (const auto* fold = std::get_if<mc::FoldPlanned>(&event)) {
    LearnFold(fold->pass, fold->block, fold->fold);
  } else if (const auto* lost = std::get_if<mc::OutputLost>(&event)) {
    LearnLoss(*lost);
  } else if (const auto* granted = std::get_if<mc::LeaseGranted>(&event)) {
    live_.emplace(granted->token, granted->worker);
  } else if (const auto* reissued = std::get_if<mc::LeaseReissued>(&event)) {
    LearnReissue(*reissued);
  } else if (const auto* failed = std::get_if<mc::AttemptFailed>(&event)) {
    LearnFailure(*failed);
  } else if (const auto* revoked = std::get_if<mc::AttemptRevoked>(&event)) {
    LearnRevoke(*revoked);
  } else if (const auto* held = std::get_if<mc::BlockHeld>(&event)) {
    LearnHold(*held);
  } else if (const auto* commit = std::get_if<mc::BlockCommitted>(&event)) {
    LearnCommit(*commit);
  } else if (const auto* quarantined = std::get_if<mc::TaskQuarantined>(&event)) {
    LearnQuarantine(*quarantined);
  } else if (const auto* completed = std::get_if<mc::StageCompleted>(&event)) {
    LearnCompletion(*completed);
  } else if (const auto* retried = std::get_if<mc::JobRetried>(&event)) {
    LearnRetry(*retried);
  } else if (const auto* ended = std::get_if<mc::JobEnded>(&event)) {
    LearnEnd(*ended);
  }
}

void Invariants::LearnStep(const mc::StepPlanned& planned) {
  if (complete_.contains({planned.job, planned.stage})) {
    Fail("a complete stage does not run again", absl::StrCat("job ", planned.job.value, " stage ", planned.stage));
  }
  for (const mc::PlannedPass& pass : planned.passes) {
    Book& book = passes_[pass.pass];
    book.settled.resize(pass.spec.task_count);
    book.job = planned.job;
    book.stage = planned.stage;
    book.spec = pass.spec;
    if (retried_.contains(planned.job) && !planned.is_volatile) Inherit(pass.pass, book);
  }
}

void Invariants::LearnQuarantine(const mc::TaskQuarantined& quarantined) {
  Settle(quarantined.pass, quarantined.task);
  Book& book = passes_[quarantined.pass];
  book.absent.insert(quarantined.task);
  if (book.absent.size() > kAbsentKeptMax) book.is_kept = false;
  with_absent_.insert({quarantined.job, book.stage});
}

void Invariants::LearnCompletion(const mc::StageCompleted& completed) {
  complete_.insert({completed.job, completed.stage});
}

// The stages of a simulated job read one another in their order: those from the first one
// with absent tasks on begin again.
void Invariants::LearnRetry(const mc::JobRetried& retried) {
  ended_.erase(retried.job);
  retried_.insert(retried.job);
  for (auto& [id, book] : passes_) {  // what workers kept was lost by the end: CheckResumed says which
    if (book.job != retried.job || book.is_kept) continue;
    for (size_t task = 0; task < book.settled.size(); ++task) book.settled[task] = book.absent.contains(task);
  }
  const auto from = with_absent_.lower_bound({retried.job, 0});
  if (from == with_absent_.end() || from->first != retried.job) return;
  const std::pair<JobId, int> first = *from;
  const auto is_again = [&](const auto& stage) { return stage.first == first.first && stage >= first; };
  std::erase_if(complete_, is_again);
  std::erase_if(with_absent_, is_again);
}

void Invariants::Inherit(PassId id, Book& book) {
  const Book* earlier = nullptr;
  for (const auto& [other_id, other] : passes_) {
    if (other_id == id) break;
    if (other.job == book.job && other.stage == book.stage && other.spec == book.spec) earlier = &other;
  }
  if (earlier == nullptr) return;
  // Of a pass that was complete without it, nothing is kept: what it read was incomplete.
  const bool whole = earlier->absent.empty() && earlier->lowest == static_cast<int64_t>(earlier->settled.size());
  book.is_kept = earlier->is_kept && !whole;
  if (!book.is_kept) return;
  book.settled = earlier->settled;
  for (const int64_t task : earlier->absent) book.settled[task] = false;
  tasks_kept_ += std::count(book.settled.begin(), book.settled.end(), true);
  FindLowest(book);
}

void Invariants::CheckResumed(const mc::State& state, const mc::Event& event) {
  const mc::Job* job = nullptr;
  if (const auto* retried = std::get_if<mc::JobRetried>(&event)) job = state.FindJob(retried->job);
  if (const auto* planned = std::get_if<mc::StepPlanned>(&event)) job = state.FindJob(planned->job);
  if (job == nullptr || job->retries == 0) return;
  for (const auto& [id, pass] : job->passes) CheckResumed(pass);
}

void Invariants::CheckResumed(const mc::Pass& pass) {
  const auto found = passes_.find(pass.id);
  if (found == passes_.end() || pass.is_volatile) return;
  Book& book = found->second;
  const std::vector<bool> settled = SettledOf(pass.blocks);
  for (size_t task = 0; book.is_kept && task < settled.size(); ++task) {
    const std::string which = absl::StrCat("task ", task, " of pass ", pass.id.value);
    if (book.settled[task] && !settled[task]) Fail("a retry does not run what was committed", which);
    if (settled[task] && !book.settled[task]) Fail("a retry runs what was not committed", which);
  }
  book.settled = settled;
  FindLowest(book);
}

void Invariants::FindLowest(Book& book) {
  const auto lowest = std::find(book.settled.begin(), book.settled.end(), false);
  book.lowest = lowest - book.settled.begin();
}

void Invariants::LearnFold(PassId tree, Block block, const mc::PlannedPass& pass) {
  passes_[pass.pass].settled.resize(pass.spec.task_count);
  readers_[pass.pass] = {tree, block};
}

// A new generation: these tasks may commit once more. Attempts of tasks that were to
// read their results are over.
void Invariants::LearnLoss(const mc::OutputLost& lost) {
  Book& book = passes_[lost.pass];
  for (const Block& block : lost.blocks) {
    const int64_t end = block.end(static_cast<int64_t>(book.settled.size()));
    for (int64_t task = block.begin(); task < end; ++task) book.settled[task] = book.absent.contains(task);
    std::erase_if(live_, [&](const auto& entry) {
      const auto reader = readers_.find(entry.first.pass);
      return reader != readers_.end() && reader->second.first == lost.pass && reader->second.second.Contains(block);
    });
  }
  FindLowest(book);
}

void Invariants::LearnReissue(const mc::LeaseReissued& reissued) {
  const auto live = live_.find(reissued.held);
  if (live == live_.end()) return Fail("only a live lease is issued again", TextOf(reissued.held));
  LeaseToken token = reissued.held;
  token.epoch = reissued.epoch;
  live_.emplace(token, live->second);
  live_.erase(live);
}

void Invariants::LearnRevoke(const mc::AttemptRevoked& revoked) {
  if (live_.erase(revoked.token) == 0) Fail("only a live attempt is taken back", TextOf(revoked.token));
}

void Invariants::LearnHold(const mc::BlockHeld& held) {
  if (live_.erase(held.token) == 0) Fail("only a live attempt's result is kept", TextOf(held.token));
  reported_.insert(held.token);
}

// An attempt may fail after its finished prefix was committed.
void Invariants::LearnFailure(const mc::AttemptFailed& failed) {
  if (live_.erase(failed.token) == 0 && !reported_.contains(failed.token)) {
    Fail("only a live attempt fails", TextOf(failed.token));
  }
}

// What a client was told is the end stays the end, whatever crashes, until it is retried.
void Invariants::LearnEnd(const mc::JobEnded& ended) {
  std::erase_if(live_, [&](const auto& entry) { return entry.first.job == ended.job; });
  if (ended_.emplace(ended.job, ended.state).second) return;
  Fail("a job ends once", absl::StrCat("job ", ended.job.value));
}

void Invariants::LearnCommit(const mc::BlockCommitted& commit) {
  const LeaseToken& token = commit.token;
  if (!live_.contains(token)) return Fail("only a live attempt commits", TextOf(token));
  std::erase_if(live_, [&](const auto& e) { return e.first.pass == token.pass && e.first.block == token.block; });
  reported_.insert(token);
  Book& book = passes_[token.pass];
  for (const Node& node : commit.nodes) book.is_kept = book.is_kept && !node.artifact;
  const int64_t end = commit.nodes.back().block.end(static_cast<int64_t>(book.settled.size()));
  for (int64_t task = token.block.begin(); task < end; ++task) Settle(token.pass, task);
}

void Invariants::Settle(PassId pass, int64_t task) {
  Book& book = passes_[pass];
  const int64_t count = static_cast<int64_t>(book.settled.size());
  if (task >= count) return;  // of a step that no crash will bring back
  if (book.settled[task]) {
    Fail("a range commits exactly once", absl::StrCat("task ", task, " of pass ", pass.value, " was settled twice"));
  }
  book.settled[task] = true;
  while (book.lowest < count && book.settled[book.lowest]) ++book.lowest;
}

}  // namespace mote::sim
