#include "coordinator/runtime/loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "common/artifact.h"
#include "common/status_macros.h"
#include "coordinator/artifacts/artifact_blobs.h"
#include "coordinator/runtime/command_bytes.h"
#include "spdlog/spdlog.h"

namespace mote::coordinator {
namespace {

// Lease deadlines run on this clock: steps of the wall clock do not move it.
absl::Time MonotonicNow() {
  static const absl::Time start = absl::Now();
  static const auto origin = std::chrono::steady_clock::now();
  return start + absl::FromChrono(std::chrono::steady_clock::now() - origin);
}

}  // namespace

Loop::Loop(Options options, Core& core, Journal& journal, ArtifactStore& artifacts, Ledger& ledger, EffectSink& sink,
           std::function<void(absl::Status)> on_fatal)
    : options_(options),
      core_(core),
      journal_(journal),
      artifacts_(artifacts),
      drops_(artifacts),
      collector_(artifacts),
      ledger_(ledger),
      sink_(sink),
      on_fatal_(std::move(on_fatal)),
      snapshotter_(options.snapshots, core.state().options, *core.state().planners, journal) {}

Loop::~Loop() { Stop(); }

absl::Status Loop::Recover() {
  MOTE_RETURN_IF_ERROR(journal_.Replay([this](const Event& event) { return core_.Replay(event); }));
  Decision decision;
  core_.StartEpoch(MonotonicNow(), &decision);
  return Commit(decision);
}

void Loop::Start() {
  decider_ = std::thread([this] { DecideForever(); });
  committer_ = std::thread([this] { CommitForever(); });
}

void Loop::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  mail_.notify_all();
  handover_.notify_all();
  if (decider_.joinable()) decider_.join();
  if (committer_.joinable()) committer_.join();
}

bool Loop::Post(Command command) {
  std::vector<Command> commands;
  commands.push_back(std::move(command));
  return Post(std::move(commands));
}

bool Loop::Post(std::vector<Command> commands) {
  std::lock_guard lock(mutex_);
  // What is left of the room may be a little less than what comes: a message of a worker.
  if (stopping_ || mailbox_.size() >= options_.mailbox_commands_max || mailbox_bytes_ >= options_.mailbox_bytes_max) {
    return false;
  }
  const bool was_empty = mailbox_.empty();
  for (const Command& command : commands) mailbox_bytes_ += BytesOf(command);
  mailbox_.insert(mailbox_.end(), std::make_move_iterator(commands.begin()), std::make_move_iterator(commands.end()));
  if (was_empty) mail_.notify_one();
  return true;
}

std::vector<Command> Loop::TakeCommands() {
  std::unique_lock lock(mutex_);
  mail_.wait_for(lock, absl::ToChronoNanoseconds(options_.tick), [this] { return stopping_ || !mailbox_.empty(); });
  const size_t count = std::min(mailbox_.size(), options_.batch_commands_max);
  std::vector<Command> commands(std::make_move_iterator(mailbox_.begin()),
                                std::make_move_iterator(mailbox_.begin() + count));
  mailbox_.erase(mailbox_.begin(), mailbox_.begin() + count);
  for (const Command& command : commands) mailbox_bytes_ -= BytesOf(command);
  return commands;
}

void Loop::DecideForever() {
  absl::Time last_tick = MonotonicNow(), last_run = last_tick;
  absl::Duration stalled;  // since the last tick: time in which this loop did not run
  for (;;) {
    std::vector<Command> commands = TakeCommands();
    const absl::Time now = MonotonicNow();
    // It waits for one tick at most: what went beyond two was not its own doing.
    if (now - last_run > 2 * options_.tick) stalled += now - last_run - options_.tick;
    Decision decision;
    for (const Command& command : commands) core_.Step(now, command, &decision);
    bool drained, stopping;
    {
      std::lock_guard lock(mutex_);
      drained = mailbox_.empty();
      stopping = stopping_;
    }
    if (drained && (now - last_tick >= options_.tick)) {
      core_.Step(now, Tick{stalled}, &decision);
      last_tick = now;
      stalled = absl::ZeroDuration();
    }
    last_run = MonotonicNow();
    if (!decision.empty()) Deliver(std::move(decision));
    if (stopping && drained) break;
  }
  std::lock_guard lock(mutex_);
  decided_all_ = true;
  handover_.notify_all();
}

void Loop::Deliver(Decision decision) {
  {
    std::unique_lock lock(mutex_);
    handover_.wait(lock, [this] { return !pending_.has_value() || failed_; });
    if (failed_) return;
    if (working_ || snapshot_waits_ || !mailbox_.empty()) {
      pending_ = std::move(decision);
      handover_.notify_all();
      return;
    }
    working_ = true;
  }
  Work(&decision);
}

// Waits for a decision, unless there is a snapshot to go on with. Sets working_; nullopt
// without it: there will be no more.
std::optional<Decision> Loop::TakeDecision(std::unique_lock<std::mutex>& lock) {
  handover_.wait(lock, [this] { return !working_ && (pending_.has_value() || snapshot_waits_ || decided_all_); });
  working_ = pending_.has_value() || !decided_all_;
  std::optional<Decision> decision = std::exchange(pending_, std::nullopt);
  if (decision) handover_.notify_all();
  return decision;
}

void Loop::CommitForever() {
  for (;;) {
    std::unique_lock lock(mutex_);
    std::optional<Decision> decision = TakeDecision(lock);
    if (failed_ || !working_) return;
    lock.unlock();
    Work(decision ? &*decision : nullptr);
  }
}

// Commits and releases, if there is a decision, and does a slice of a snapshot that is
// due. Requires working_, and ends it.
void Loop::Work(Decision* decision) {
  absl::Status status;
  if (decision != nullptr) status = Commit(*decision);
  if (status.ok()) status = snapshotter_.Work(MonotonicNow());
  {
    std::lock_guard lock(mutex_);
    working_ = false;
    failed_ = !status.ok();
    snapshot_waits_ = status.ok() && snapshotter_.busy();
    // Else nobody has waited for this: the journal thread is woken by what is pending.
    if (failed_ || snapshot_waits_) handover_.notify_all();
  }
  if (!status.ok()) on_fatal_(std::move(status));
}

// A ledger that cannot be written costs lines of the ledger, no job.
void Loop::Record(std::vector<Effect>& effects) {
  std::vector<LedgerEntry> entries;
  std::erase_if(effects, [&entries](Effect& effect) {
    auto* record = std::get_if<RecordAttempt>(&effect);
    if (record != nullptr) entries.push_back(std::move(record->entry));
    return record != nullptr;
  });
  if (entries.empty()) return;
  const size_t count = entries.size();
  const absl::Status status = ledger_.Append(std::move(entries));
  if (!status.ok() && !std::exchange(ledger_failed_, true)) {
    spdlog::error("the ledger lacks {} attempts, and more until this is mended: {}", count,
                  std::string(status.message()));
  } else if (status.ok() && std::exchange(ledger_failed_, false)) {
    spdlog::info("the ledger is written again");
  }
}

absl::Status Loop::Commit(Decision& decision) {
  Record(decision.effects);
  for (const auto& [digest, bytes] : decision.blobs) {
    MOTE_RETURN_IF_ERROR(artifacts_.Put(digest, bytes, /*durable=*/false));
  }
  if (journal_.durable()) MOTE_RETURN_IF_ERROR(Sync(decision));
  if (!decision.events.empty()) MOTE_RETURN_IF_ERROR(journal_.Append(decision.events));
  std::vector<Effect> effects;
  effects.reserve(decision.effects.size());
  for (Effect& effect : decision.effects) {
    if (const auto* drop = std::get_if<DropArtifacts>(&effect)) {
      MOTE_RETURN_IF_ERROR(drops_.Drop(*drop));
    } else if (auto* collect = std::get_if<CollectArtifacts>(&effect)) {
      collector_.Start(std::move(*collect));
    } else {
      effects.push_back(std::move(effect));
    }
  }
  if (!effects.empty()) sink_.Release(std::move(effects));
  return absl::OkStatus();
}

// Makes durable what the decision's events refer to, all at once.
absl::Status Loop::Sync(const Decision& decision) {
  std::vector<Digest> digests;
  for (const auto& [digest, bytes] : decision.blobs) digests.push_back(digest);
  for (const ArtifactRef& artifact : decision.sync) {
    const absl::StatusOr<std::vector<Digest>> blobs = BlobsOf(artifacts_, artifact);
    const bool stored = blobs.ok() && artifacts_.FindMissing(*blobs).empty();
    if (stored) {
      digests.insert(digests.end(), blobs->begin(), blobs->end());
    } else if (blobs.ok() || IsUnreadable(blobs.status())) {
      // Its own job will miss it; nothing else may.
      spdlog::error("artifact {} was reported but is not stored: a restart cannot go on from it ({})",
                    artifact.ToString(),
                    blobs.ok() ? "some of its blobs are missing" : std::string(blobs.status().message()));
    } else {
      return blobs.status();
    }
  }
  return artifacts_.Sync(digests);
}

}  // namespace mote::coordinator
