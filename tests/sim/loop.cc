#include "tests/sim/loop.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/planted.h"
#include "tests/sim/fingerprint.h"
#include "tests/sim/iteration.h"

namespace mote::sim {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(50);
constexpr size_t kBatchCommandsMax = 512;
constexpr double kSnapshotChance = 0.005;  // after a commit

}  // namespace

Loop::Loop(EventQueue& queue, Random& random, const Options& options, Disk& disk, Invariants& invariants, World world)
    : queue_(queue),
      random_(random),
      options_(options),
      disk_(disk),
      invariants_(invariants),
      world_(std::move(world)) {}

std::unique_ptr<mc::Core> Loop::EmptyCore() const {
  mc::CoreOptions options;
  options.policy = &policy_;
  options.weigh_communication = options_.weigh_communication;
  if (options_.collect) {
    options.young_epoch = absl::ZeroDuration();
    options.collect_interval = absl::Seconds(1);
    options.collect_age_min = options_.faults.clock_steps ? absl::Hours(3) : absl::ZeroDuration();
  }
  if (options_.spill) options.partial_bytes_max = options.spilled_bytes_min = 0;
  return std::make_unique<mc::Core>(options, SimPlanners());
}

std::unique_ptr<mc::Core> Loop::Replayed(bool from_snapshot) const {
  std::unique_ptr<mc::Core> core = EmptyCore();
  const absl::Status status = from_snapshot ? disk_.Replay(*core) : disk_.ReplayAll(*core);
  if (!status.ok()) invariants_.Fail("the journal replays", status.ToString());
  return core;
}

void Loop::CheckSame(std::string_view promise, const mc::Core& a, const mc::Core& b) {
  const std::string first = Fingerprint(a.state()), second = Fingerprint(b.state());
  if (first != second) invariants_.Fail(promise, absl::StrCat("\n", first, "differs from\n", second));
}

void Loop::TakeSnapshot() {
  const std::unique_ptr<mc::Core> replica = EmptyCore();
  const absl::Status status = disk_.TakeSnapshot(*replica, Clock());
  if (!status.ok()) invariants_.Fail("the journal replays", status.ToString());
}

void Loop::Start() {
  core_ = Replayed(/*from_snapshot=*/true);
  if (!invariants_.violation()) {
    CheckSame("a snapshot leads where the journal leads", *core_, *Replayed(/*from_snapshot=*/false));
  }
  invariants_.Started(disk_.events(), core_->state());
  if (invariants_.violation()) return;
  up_ = true;
  ++incarnation_;
  last_run_ = queue_.now();
  if (options_.faults.clock_steps) clock_offset_ = random_.Between(-absl::Hours(1), absl::Hours(1));
  mc::Decision decision;
  core_->StartEpoch(Clock(), &decision);
  if (trace_ != nullptr) trace_->Decided(core_->state(), decision.events);
  invariants_.Decided(core_->state(), Clock(), decision, 0);
  HandOver(std::move(decision));
  queue_.After(kTick, [this, incarnation = incarnation_] {
    if (incarnation == incarnation_) Tick();
  });
}

void Loop::Crash() {
  if (!up_) return;
  if (trace_ != nullptr) trace_->Say("the coordinator crashes");
  up_ = false;
  ++incarnation_;
  mailbox_.clear();
  decided_.clear();
  committing_ = false;
  crash_after_commit_ = false;
  stalled_ = absl::ZeroDuration();
  stalled_until_ = slow_until_ = absl::InfinitePast();
  overtaken_.reset();
  world_.crashed();
}

void Loop::StallFor(absl::Duration duration) {
  stalled_until_ = std::max(stalled_until_, queue_.now() + duration);
  queue_.At(stalled_until_, [this, incarnation = incarnation_] {
    if (incarnation == incarnation_) Wake();
  });
}

void Loop::Post(mc::Command command) {
  if (!up_) return;
  mailbox_.push_back(std::move(command));
  Wake();
}

void Loop::Tick() {
  tick_due_ = true;
  Wake();
  queue_.After(kTick, [this, incarnation = incarnation_] {
    if (incarnation == incarnation_) Tick();
  });
}

// While a batch waits for the disk, the next ones wait for it.
void Loop::Wake() {
  if (up_ && decided_.size() < 2 && queue_.now() >= stalled_until_ && !invariants_.violation()) RunBatch();
}

void Loop::RunBatch() {
  if (queue_.now() - last_run_ > 2 * kTick) stalled_ += queue_.now() - last_run_ - kTick;
  last_run_ = queue_.now();
  mc::Decision decision;
  if (MOTE_PLANTED(kExpiredBeforeDrained) && tick_due_) RunTick(&decision);
  const bool slow = queue_.now() < slow_until_;
  for (size_t i = 0; i < (slow ? 1 : kBatchCommandsMax) && !mailbox_.empty(); ++i) {
    const mc::Command command = std::move(mailbox_.front());
    mailbox_.pop_front();
    Step(command, &decision);
  }
  if (tick_due_ && mailbox_.empty()) RunTick(&decision);
  if (slow) {
    StallFor(command_duration_);
    last_run_ = stalled_until_;  // it did run, only slowly
  }
  if (!decision.empty()) HandOver(std::move(decision));
}

// Deadlines, once nothing is left in the mailbox that could move them.
void Loop::RunTick(mc::Decision* decision) {
  tick_due_ = false;
  const size_t first_effect = decision->effects.size();
  Step(mc::Tick{std::exchange(stalled_, absl::ZeroDuration())}, decision);
  invariants_.Judged(core_->state(), mailbox_, *decision, first_effect);
}

void Loop::SlowDown(absl::Duration command_duration, absl::Time until) {
  command_duration_ = command_duration;
  slow_until_ = until;
}

void Loop::Step(const mc::Command& command, mc::Decision* decision) {
  const size_t first_event = decision->events.size(), first_effect = decision->effects.size();
  const auto* hello = std::get_if<mc::WorkerHello>(&command);
  if (MOTE_PLANTED(kReconcileForgetsLease) && hello != nullptr && !hello->held.empty()) {
    mc::WorkerHello forgetful = *hello;
    forgetful.held.erase(forgetful.held.begin());
    core_->Step(Clock(), forgetful, decision);
  } else {
    core_->Step(Clock(), command, decision);
  }
  if (trace_ != nullptr) trace_->Decided(core_->state(), std::span(decision->events).subspan(first_event));
  if (hello != nullptr) invariants_.Reconciled(*hello, *decision, first_effect);
  invariants_.Decided(core_->state(), Clock(), *decision, first_event);
  invariants_.Recorded(*decision, first_event, first_effect);
  if (MOTE_PLANTED(kAckBeforeDurable)) ReleaseAcksEarly(decision);
}

void Loop::HandOver(mc::Decision decision) {
  decided_.push_back(std::move(decision));
  CommitNext();
}

// One batch at a time becomes durable; its effects leave after that.
void Loop::CommitNext() {
  if (committing_ || decided_.empty()) return;
  committing_ = true;
  const bool durable = !decided_.front().events.empty() || !decided_.front().blobs.empty();
  queue_.After(durable ? disk_.Delay() : absl::ZeroDuration(), [this, incarnation = incarnation_] {
    if (incarnation != incarnation_) return;
    committing_ = false;
    mc::Decision decision = std::move(decided_.front());
    decided_.pop_front();
    Finish(std::move(decision));
  });
}

void Loop::Finish(mc::Decision decision) {
  invariants_.Durable(disk_.Commit(decision));
  if (random_.Chance(kSnapshotChance)) TakeSnapshot();
  if (crash_after_commit_ && !decision.events.empty()) return Crash();
  Release(MOTE_PLANTED(kEffectOutOfOrder) ? OutOfOrder(std::move(decision.effects)) : std::move(decision.effects));
  CommitNext();
  if (!mailbox_.empty()) Wake();
}

void Loop::Release(const std::vector<mc::Effect>& effects) {
  for (const mc::Effect& effect : effects) {
    if (trace_ != nullptr) trace_->Released(core_->state(), effect);
    invariants_.Released(effect);
    world_.release(effect);
  }
}

void Loop::ReleaseAcksEarly(mc::Decision* decision) {
  std::vector<mc::Effect> acks;
  for (const mc::Effect& effect : decision->effects) {
    if (std::holds_alternative<mc::SendAck>(effect)) acks.push_back(effect);
  }
  std::erase_if(decision->effects, [](const mc::Effect& e) { return std::holds_alternative<mc::SendAck>(e); });
  Release(acks);
}

// Every fourth batch with effects waits for the next one and leaves after it.
std::vector<mc::Effect> Loop::OutOfOrder(std::vector<mc::Effect> effects) {
  if (effects.empty()) return effects;
  if (overtaken_) {
    for (mc::Effect& effect : *overtaken_) effects.push_back(std::move(effect));
    overtaken_.reset();
  } else if (++batches_ % 4 == 0) {
    overtaken_ = std::exchange(effects, {});
  }
  return effects;
}

void Loop::CheckReplay() {
  if (!up_ || !decided_.empty() || invariants_.violation()) return;
  const std::unique_ptr<mc::Core> replayed = Replayed(/*from_snapshot=*/false);
  if (!invariants_.violation()) CheckSame("replay equals live", *core_, *replayed);
}

}  // namespace mote::sim
