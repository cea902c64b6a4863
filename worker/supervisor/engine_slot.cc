#include "worker/supervisor/engine_slot.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "proto/convert/pass_convert.h"
#include "spdlog/spdlog.h"
#include "worker/supervisor/clock.h"

namespace mote::worker {
namespace {

namespace pb = mote::engine::v1;

constexpr absl::Duration kPingInterval = absl::Milliseconds(500);
// The limit on an engine's silence counts from its last sign of life. That may be a whole
// interval older than the ping it leaves unanswered, and a tick passes before it is seen.
const absl::Duration kPingSlack = kPingInterval + absl::Milliseconds(200);
constexpr absl::Duration kStartTimeout = absl::Seconds(120);
constexpr absl::Duration kCancelPatience = absl::Seconds(5);
constexpr absl::Duration kExitPatience = absl::Seconds(2);
constexpr absl::Duration kShutdownPatience = absl::Milliseconds(500);
// An engine that lived so long did not die of its start.
constexpr absl::Duration kHealthyLife = absl::Seconds(10);
// A lease that outlived so many engines without a known culprit is given back.
constexpr int kEnginesPerLeaseMax = 3;
// So many engines in a row that did not get ready: what the slot holds is given back.
constexpr int kStartsFailedMax = 3;
// Of an engine's stderr, where it is told in a sentence.
constexpr size_t kReasonBytes = 400;

}  // namespace

EngineSlot::EngineSlot(int slot, const Options& options, const StoreDirectory& store, const PassMessages& passes,
                       EngineLog& log, Mailbox& mailbox, SlotOwner& owner)
    : slot_(slot),
      options_(options),
      store_(store),
      passes_(passes),
      log_(log),
      mailbox_(mailbox),
      owner_(owner),
      restart_backoff_(absl::Milliseconds(100), absl::Seconds(10), static_cast<uint64_t>(slot)) {}

void EngineSlot::Start(absl::Time now) {
  const uint64_t engine = ++engine_;
  started_ = now;
  killed_.reset();
  defined_.clear();
  ping_sent_ = absl::InfiniteFuture();
  EngineProcess::Listener listener;
  listener.on_messages = [this, engine](std::vector<pb::EngineMessage> messages) {
    mailbox_.Post([this, engine, messages = std::move(messages)]() mutable {
      for (pb::EngineMessage& message : messages) OnMessage(engine, std::move(message));
    });
  };
  listener.on_closed = [this, engine](std::string error) {
    mailbox_.Post([this, engine, error = std::move(error)] { OnClosed(engine, error); });
  };
  listener.on_line = [this](const std::string& line) { log_.Add(slot_, line, absl::Now()); };
  auto scratch = store_.EmptyScratch(slot_);
  auto process = scratch.ok() ? EngineProcess::Start(options_, store_.dir(), *scratch, slot_, std::move(listener))
                              : absl::StatusOr<std::unique_ptr<EngineProcess>>(scratch.status());
  if (!process.ok()) {
    spdlog::error("slot {}: {}", slot_, process.status().ToString());
    return GoDown(/*was_ready=*/false, std::string(process.status().message()));
  }
  process_ = *std::move(process);
  state_ = State::kStarting;
}

void EngineSlot::Send(const pb::SupervisorMessage& message) {
  if (process_ == nullptr) return;
  const absl::Status sent = process_->Queue(message);
  // The reader will see the end of the socket.
  if (!sent.ok()) KillBecause(FaultKind::kEngineCrash, std::string(sent.message()));
}

void EngineSlot::Flush() {
  if (process_ == nullptr) return;
  const absl::Status sent = process_->Flush();
  if (!sent.ok()) KillBecause(FaultKind::kEngineCrash, std::string(sent.message()));
}

void EngineSlot::KillBecause(FaultKind kind, std::string reason) {
  if (process_ == nullptr || killed_) return;
  spdlog::warn("slot {}: killing engine {}: {}", slot_, process_->pid(), reason);
  killed_ = Failure{kind, -1, std::move(reason), "", ""};
  process_->Kill();
}

void EngineSlot::SendRun(Assigned& assigned) {
  ++assigned.sent;
  assigned.sent_at = LoopNow();
  const RunLease& lease = assigned.lease;
  if (const auto pass = passes_.find(lease.pass); pass != passes_.end() && defined_.insert(lease.pass).second) {
    Send(pass->second);
  }
  pb::SupervisorMessage message;
  pb::RunBlock& run = *message.mutable_run_block();
  run.set_lease(lease.lease);
  run.set_pass(lease.pass);
  *run.mutable_block() = wire::ToProto(lease.block);
  Send(message);
}

void EngineSlot::Run(RunLease lease, absl::Time now) {
  if (assigned_.empty()) busy_since_ = now;
  assigned_.push_back({std::move(lease)});
  NameJob();
  if (state_ == State::kReady) SendRun(assigned_.back());
}

// What the engine writes is of the first lease's job. Without one it stays the last
// job's: its last lines may be on their way.
void EngineSlot::NameJob() {
  if (!assigned_.empty()) log_.SetJob(slot_, assigned_.front().lease.job);
}

std::deque<EngineSlot::Assigned>::iterator EngineSlot::FindAssigned(uint64_t lease) {
  return std::find_if(assigned_.begin(), assigned_.end(),
                      [lease](const Assigned& assigned) { return assigned.lease.lease == lease; });
}

void EngineSlot::Cancel(uint64_t lease, absl::Time now) {
  const auto found = FindAssigned(lease);
  if (found == assigned_.end()) return;
  if (state_ != State::kReady) {
    assigned_.erase(found);
    return;
  }
  found->cancel_deadline = now + kCancelPatience;
  pb::SupervisorMessage message;
  message.mutable_cancel_block()->set_lease(lease);
  Send(message);
}

void EngineSlot::Shorten(uint64_t lease, int64_t end) {
  const auto found = FindAssigned(lease);
  if (found == assigned_.end() || state_ != State::kReady) return;
  pb::SupervisorMessage message;
  message.mutable_shorten_block()->set_lease(lease);
  message.mutable_shorten_block()->set_end(end);
  Send(message);
}

void EngineSlot::ForgetPass(uint64_t pass) {
  if (defined_.erase(pass) == 0) return;
  pb::SupervisorMessage message;
  message.mutable_drop_pass()->set_pass(pass);
  Send(message);
}

void EngineSlot::AnswerBlob(uint64_t engine, const pb::BlobReply& reply) {
  if (engine != engine_) return;
  pb::SupervisorMessage message;
  *message.mutable_blob_reply() = reply;
  Send(message);
}

void EngineSlot::OnMessage(uint64_t engine, pb::EngineMessage message) {
  if (engine != engine_ || process_ == nullptr) return;
  switch (message.message_case()) {
    case pb::EngineMessage::kReady:
      return OnReady(message.ready());
    case pb::EngineMessage::kBlobRequest:
      return owner_.OnBlobRequest(slot_, engine, message.blob_request());
    case pb::EngineMessage::kBlockDone:
      return OnDone(std::move(*message.mutable_block_done()));
    case pb::EngineMessage::kPong:
      if (message.pong().sequence() == ping_) ping_sent_ = absl::InfiniteFuture();
      return;
    case pb::EngineMessage::MESSAGE_NOT_SET:
      break;
  }
  KillBecause(FaultKind::kEngineCrash, "the engine sent an empty message; install one version of mote");
}

void EngineSlot::OnReady(const pb::Ready& ready) {
  state_ = State::kReady;
  starts_failed_ = 0;
  next_ping_ = LoopNow();
  owner_.OnEngineReady(slot_, ready);
  for (Assigned& assigned : assigned_) SendRun(assigned);
}

absl::Duration EngineSlot::TakeSlotTime() {
  const absl::Time now = LoopNow();
  return now - std::exchange(busy_since_, now);
}

void EngineSlot::OnDone(pb::BlockDone done) {
  const auto found = FindAssigned(done.lease());
  if (found == assigned_.end()) return;
  const RunLease lease = std::move(found->lease);
  const absl::Duration since_sent = LoopNow() - found->sent_at;
  assigned_.erase(found);
  NameJob();
  restart_backoff_.Reset();
  const absl::Duration held = TakeSlotTime();
  owner_.OnBlockDone(lease, std::move(done), {held, std::min(held, since_sent)});
}

// Everything that the engine sent was handled before this.
void EngineSlot::OnClosed(uint64_t engine, const std::string& error) {
  if (engine != engine_ || process_ == nullptr) return;
  const ExitReason exit = process_->Wait(kExitPatience);
  spdlog::warn("slot {}: engine {} {}{}", slot_, process_->pid(), exit.ToString(),
               error.empty() ? "" : " (" + error + ")");
  std::erase_if(assigned_, [](const Assigned& a) { return a.cancel_deadline != absl::InfiniteFuture(); });
  const std::optional<Lost> lost = TakeGuilty(exit);
  const bool was_ready = state_ == State::kReady;
  const std::string why = was_ready ? "" : ExplainStart(exit);
  state_ = State::kDown;
  process_.reset();
  NameJob();
  GoDown(was_ready, why);
  if (lost) owner_.OnBlockLost(lost->lease, lost->failure, TakeSlotTime());
}

// The lease whose task was running. When none was, nobody is blamed, unless the
// first in line has outlived too many engines.
std::optional<EngineSlot::Lost> EngineSlot::TakeGuilty(const ExitReason& exit) {
  const uint64_t running = process_->mark().lease.load(std::memory_order_acquire);
  int64_t task = process_->mark().task.load(std::memory_order_relaxed);
  auto guilty = running == 0 ? assigned_.end() : FindAssigned(running);
  if (guilty == assigned_.end() && !assigned_.empty() && assigned_.front().sent >= kEnginesPerLeaseMax) {
    guilty = assigned_.begin();
    task = -1;
  }
  if (guilty == assigned_.end()) return std::nullopt;
  Lost lost{std::move(guilty->lease), Explain(exit, task)};
  assigned_.erase(guilty);
  return lost;
}

Failure EngineSlot::Explain(const ExitReason& exit, int64_t task) const {
  Failure failure{FaultKind::kEngineCrash, task, "", process_->StderrTail(), ""};
  const std::string where = task < 0 ? "while it ran this block" : absl::StrCat("while it ran task ", task);
  if (killed_) {
    failure.kind = killed_->kind;
    failure.message = killed_->message;
    if (killed_->kind != FaultKind::kTimeout) failure.message += ", " + where;  // a timeout names its task itself
  } else if (exit.signal == SIGKILL && exit.out_of_memory_seen) {
    failure.kind = FaultKind::kOutOfMemory;
    failure.message = absl::StrCat("the engine was killed for lack of memory ", where,
                                   "; make tasks smaller, run fewer slots, or add a worker with more memory");
  } else {
    failure.message = absl::StrCat("the engine ", exit.ToString(), " ", where);
  }
  return failure;
}

std::string EngineSlot::ExplainStart(const ExitReason& exit) const {
  std::string why = killed_ ? killed_->message : absl::StrCat("the engine ", exit.ToString(), " at its start");
  const std::string errors = process_->StderrTail();
  const std::string tail(absl::StripAsciiWhitespace(errors));
  if (tail.empty()) return why;
  const size_t begin = tail.size() > kReasonBytes ? tail.size() - kReasonBytes : 0;
  return absl::StrCat(why, "; its stderr ends with: ", tail.substr(begin));
}

// The next start: at once after a first death, later and later when engines keep dying.
void EngineSlot::GoDown(bool was_ready, const std::string& why) {
  const absl::Time now = LoopNow();
  if (was_ready && now - started_ >= kHealthyLife) restart_backoff_.Reset();
  const bool first = restart_backoff_.tries() == 0;
  const absl::Duration wait = restart_backoff_.Next();
  start_at_ = first ? now : now + wait;
  if (!was_ready) ++starts_failed_;
  owner_.OnEngineDown(slot_, starts_failed_, why);
  if (starts_failed_ < kStartsFailedMax) return;
  for (const Assigned& assigned : std::exchange(assigned_, {})) {
    owner_.OnBlockLost(assigned.lease, Failure{FaultKind::kGivenBack, -1, why, "", ""}, absl::ZeroDuration());
  }
}

void EngineSlot::Tick(absl::Time now) {
  switch (state_) {
    case State::kDown:
      if (process_ == nullptr && now >= start_at_) Start(now);
      return;
    case State::kStarting:
      if (now - started_ > kStartTimeout) KillBecause(FaultKind::kEngineCrash, "the engine did not get ready");
      return;
    case State::kReady:
      CheckPing(now);
      CheckTask(now);
      return;
  }
}

void EngineSlot::CheckPing(absl::Time now) {
  if (now - ping_sent_ > options_.engine_silence_max - kPingSlack) {
    return KillBecause(FaultKind::kEngineCrash,
                       absl::StrCat("the engine gave no sign of life for ",
                                    absl::FormatDuration(options_.engine_silence_max), " and was killed"));
  }
  if (now < next_ping_ || ping_sent_ != absl::InfiniteFuture()) return;
  next_ping_ = now + kPingInterval;
  ping_sent_ = now;
  process_->NoteOutOfMemoryKills();
  pb::SupervisorMessage message;
  message.mutable_ping()->set_sequence(++ping_);
  Send(message);
}

void EngineSlot::CheckTask(absl::Time now) {
  for (const Assigned& assigned : assigned_) {
    if (now > assigned.cancel_deadline) KillBecause(FaultKind::kEngineCrash, "a revoked task did not stop");
  }
  const wire::TaskMark& mark = process_->mark();
  const uint64_t running = mark.lease.load(std::memory_order_acquire);
  const auto found = running == 0 ? assigned_.end() : FindAssigned(running);
  if (found == assigned_.end() || found->lease.task_timeout <= absl::ZeroDuration()) return;
  const int64_t started_ns = mark.started_ns.load(std::memory_order_relaxed);
  const int64_t task = mark.task.load(std::memory_order_relaxed);
  const absl::Duration elapsed = absl::Nanoseconds(wire::MonotonicNanoseconds() - started_ns);
  // A task that began between the two readings has another start: look again later.
  if (elapsed <= found->lease.task_timeout || mark.started_ns.load(std::memory_order_relaxed) != started_ns) return;
  KillBecause(
      FaultKind::kTimeout,
      absl::StrCat("task ", task, " ran longer than its timeout of ", absl::FormatDuration(found->lease.task_timeout),
                   " and its engine was killed; set a longer `timeout` or make tasks smaller"));
}

void EngineSlot::Shutdown() {
  if (process_ == nullptr) return;
  pb::SupervisorMessage message;
  message.mutable_shutdown();
  Send(message);
  Flush();
  process_->Wait(kShutdownPatience);
  process_.reset();
  state_ = State::kDown;
}

}  // namespace mote::worker
