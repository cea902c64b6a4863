// One slot: its engine, and the leases that the engine runs or has queued.
//
// When the engine dies, the lease whose task was running is reported as failed,
// with the cause; the others go to the next engine, which starts at once unless
// engines keep dying. When several in a row do not even get ready, all leases are given
// back: others may have better luck, while this slot goes on trying.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "common/failure.h"
#include "mote/engine/v1/engine.pb.h"
#include "worker/session/backoff.h"
#include "worker/session/messages.h"
#include "worker/supervisor/engine_log.h"
#include "worker/supervisor/engine_process.h"
#include "worker/supervisor/mailbox.h"
#include "worker/supervisor/options.h"
#include "worker/supervisor/slot_turn.h"
#include "worker/supervisor/store_directory.h"

namespace mote::worker {

// Passes by the worker's number, ready to be sent.
using PassMessages = std::map<uint64_t, mote::engine::v1::SupervisorMessage>;

// What a slot tells the supervisor. All on the loop's thread.
class SlotOwner {
 public:
  virtual ~SlotOwner() = default;
  virtual void OnEngineReady(int slot, const mote::engine::v1::Ready& ready) = 0;
  // `starts_failed`: engines in a row that died before they were ready, and `why` the
  // last one did.
  virtual void OnEngineDown(int slot, int starts_failed, const std::string& why) = 0;
  virtual void OnBlobRequest(int slot, uint64_t engine, const mote::engine::v1::BlobRequest& request) = 0;
  virtual void OnBlockDone(const RunLease& lease, mote::engine::v1::BlockDone done, const SlotTurn& turn) = 0;
  virtual void OnBlockLost(const RunLease& lease, Failure failure, absl::Duration slot_time) = 0;
};

// For the loop's thread only. Times are of the loop's monotonic clock.
class EngineSlot {
 public:
  // All references must outlive the slot; the mailbox must be closed before the end.
  EngineSlot(int slot, const Options& options, const StoreDirectory& store, const PassMessages& passes, EngineLog& log,
             Mailbox& mailbox, SlotOwner& owner);

  void Run(RunLease lease, absl::Time now);
  // Stops the lease, queued or running. An engine that does not obey is killed.
  void Cancel(uint64_t lease, absl::Time now);
  // Ends the lease before task `end`, or after the task being run; it is then done,
  // with what was finished. While no engine runs, nothing is slow here: ignored.
  void Shorten(uint64_t lease, int64_t end);
  void ForgetPass(uint64_t pass);
  // `engine`: which one asked; an answer to a dead one is dropped.
  void AnswerBlob(uint64_t engine, const mote::engine::v1::BlobReply& reply);
  // Starts, pings, limits. About ten times a second.
  void Tick(absl::Time now);
  // The loop did not run until now: nobody could have answered in that time.
  void ForgiveSilence() { ping_sent_ = absl::InfiniteFuture(); }
  void Shutdown();
  // Sends the engine what the calls above have left to be sent, all at once.
  void Flush();

  bool ready() const { return state_ == State::kReady; }
  pid_t pid() const { return process_ == nullptr ? 0 : process_->pid(); }

 private:
  enum class State { kDown, kStarting, kReady };
  struct Assigned {
    RunLease lease;
    int sent = 0;        // to so many engines
    absl::Time sent_at;  // to the newest
    absl::Time cancel_deadline = absl::InfiniteFuture();
  };
  struct Lost {
    RunLease lease;
    Failure failure;
  };

  void Start(absl::Time now);
  void OnMessage(uint64_t engine, mote::engine::v1::EngineMessage message);
  void OnReady(const mote::engine::v1::Ready& ready);
  void OnDone(mote::engine::v1::BlockDone done);
  void OnClosed(uint64_t engine, const std::string& error);
  void SendRun(Assigned& assigned);
  void Send(const mote::engine::v1::SupervisorMessage& message);
  void KillBecause(FaultKind kind, std::string reason);
  void CheckPing(absl::Time now);
  void CheckTask(absl::Time now);
  std::optional<Lost> TakeGuilty(const ExitReason& exit);
  Failure Explain(const ExitReason& exit, int64_t task) const;
  std::string ExplainStart(const ExitReason& exit) const;
  void GoDown(bool was_ready, const std::string& why);
  std::deque<Assigned>::iterator FindAssigned(uint64_t lease);
  absl::Duration TakeSlotTime();
  void NameJob();

  const int slot_;
  const Options& options_;
  const StoreDirectory& store_;
  const PassMessages& passes_;
  EngineLog& log_;
  Mailbox& mailbox_;
  SlotOwner& owner_;

  State state_ = State::kDown;
  uint64_t engine_ = 0;  // counts engines: which one a message is from
  std::unique_ptr<EngineProcess> process_;
  std::set<uint64_t> defined_;  // passes that this engine knows
  std::deque<Assigned> assigned_;
  absl::Time busy_since_;          // when the front one began to hold the slot
  std::optional<Failure> killed_;  // why we killed it
  Backoff restart_backoff_;
  absl::Time started_;
  absl::Time start_at_ = absl::InfinitePast();
  int starts_failed_ = 0;

  uint64_t ping_ = 0;
  absl::Time next_ping_;
  absl::Time ping_sent_ = absl::InfiniteFuture();  // of the unanswered one
};

}  // namespace mote::worker
