// What a worker holds, what it still must report, and when to (re)connect.
//
//   held            leased to this worker; running, queued, or finished and waiting
//                   for its Ack
//   holding         passes whose large partials the worker keeps, and serves to others,
//                   until the coordinator says that they are over
//   unacknowledged  finished and reported, perhaps in vain: sent again after a
//                   reconnect, until the Ack
//
// Computing goes on while the coordinator is away. On Welcome, leases that the
// coordinator keeps get their new tokens, and their reports are sent again; all
// others are cancelled and forgotten.
//
// Pure: time enters as a value, and what is to be done comes back as Actions, in
// order. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "absl/time/time.h"
#include "common/ids.h"
#include "worker/session/backoff.h"
#include "worker/session/messages.h"

namespace mote::worker {

struct SessionOptions {
  int slot_count = 1;
  uint64_t seed = 0;  // of the back-off's jitter; different in every worker
  absl::Duration backoff_first = absl::Milliseconds(100);
  absl::Duration backoff_longest = absl::Seconds(5);
  // A stream that is silent for so long is given up.
  absl::Duration silence_max = absl::Seconds(10);
  // A draining worker waits so long for a coordinator that is away, and once it holds no
  // lease so long for others to take over what it keeps.
  absl::Duration drain_patience = absl::Seconds(30);
  // Partials of unacknowledged reports; beyond, the oldest report is forgotten and
  // its block will be run again.
  int64_t unacknowledged_bytes_max = 64 << 20;
};

class Session {
 public:
  // Connects at once: the first Tick says so.
  explicit Session(SessionOptions options);

  // From the stream.
  Actions OnWelcome(const Welcome& welcome, absl::Time now);
  // A lease that names a slot or a pass that this worker does not know ends the
  // stream: the two sides disagree, and Hello is how they agree again.
  Actions OnLease(Lease lease, absl::Time now);
  Actions OnAck(const LeaseToken& token, absl::Time now);
  Actions OnRevoke(const LeaseToken& token, absl::Time now);
  // A lease that is finished, or not held, is left alone: its report says enough.
  Actions OnShorten(const LeaseToken& token, int64_t end, absl::Time now);
  Actions OnDropPass(PassId pass, absl::Time now);
  Actions OnReleasePartial(PassId tree, const ArtifactRef& artifact, absl::Time now);
  // `interval`: to the next heartbeat from this one's answer on; zero: as before.
  Actions OnHeartbeatAck(absl::Duration interval, absl::Time now);
  // Answered on the stream that asked, or not at all.
  Actions OnReadLog(const ReadLog& read, absl::Time now);
  // Also when the process was asked to end. Repeating it changes nothing.
  Actions OnDrain(absl::Time now);
  // The stream is gone, or could not be opened.
  Actions OnDisconnected(absl::Time now);

  // From the engines. A lease that is not held any more is ignored.
  Actions OnFinished(uint64_t lease, Report report);
  // `reason`: why the slot is not ready, if more than a start is needed.
  Actions OnSlotState(int slot, bool ready, std::string reason = "");

  // Heartbeats, reconnects, patience. Call when NextTick is due; earlier is harmless.
  Actions OnTick(absl::Time now);
  absl::Time NextTick() const;

  bool Holds(uint64_t lease) const { return leases_.contains(lease); }
  bool ready() const { return state_ == State::kReady; }
  bool draining() const { return draining_; }
  size_t held_count() const { return leases_.size(); }
  // Leases whose reports the coordinator has not acknowledged.
  std::vector<uint64_t> unacknowledged() const;
  int64_t unacknowledged_bytes() const { return unacknowledged_bytes_; }
  uint64_t dropped_reports() const { return dropped_reports_; }

 private:
  enum class State { kDisconnected, kConnecting, kReady };
  struct HeldLease {
    LeaseToken token;
    uint64_t pass = 0;
    int slot = 0;
    PassId tree;
    std::shared_ptr<Report> report;  // nullptr: not finished
  };
  using Leases = std::map<uint64_t, HeldLease>;

  Leases::iterator Find(const LeaseToken& token);
  void Forget(Leases::iterator lease);
  void Drop(Leases::iterator lease, Actions& actions);
  void Rename(const std::vector<Welcome::Kept>& kept, Actions& actions);
  void KeepPasses(Actions& actions);
  void Bound();
  bool AnyRunning() const;
  void FinishDrain(absl::Time now, Actions& actions);
  // Of the coordinator, which answers heartbeats.
  absl::Duration silence_max() const { return std::max(options_.silence_max, 3 * heartbeat_interval_); }
  Actions Refuse(std::string reason);

  const SessionOptions options_;
  Backoff backoff_;
  State state_ = State::kDisconnected;
  absl::Time next_connect_ = absl::InfinitePast();
  absl::Time heard_;  // anything from the coordinator
  absl::Time next_heartbeat_;
  absl::Duration heartbeat_interval_ = absl::Seconds(1);
  uint64_t heartbeats_ = 0;
  bool disconnecting_ = false;
  bool draining_ = false;
  bool said_goodbye_ = false;
  absl::Time drain_deadline_ = absl::InfiniteFuture();
  absl::Time hand_over_deadline_ = absl::InfiniteFuture();

  uint64_t last_lease_ = 0;
  uint64_t last_pass_ = 0;
  Leases leases_;                          // by the worker's number: oldest first
  std::map<LeaseToken, uint64_t> tokens_;  // current token → number
  std::map<PassId, uint64_t> passes_;      // of the current stream
  std::set<PassId> holding_;               // trees of which partials are kept here
  struct SlotState {
    bool ready = true;
    std::string reason;
    bool operator==(const SlotState&) const = default;
  };
  std::vector<SlotState> slots_;
  int64_t unacknowledged_bytes_ = 0;
  uint64_t dropped_reports_ = 0;
};

}  // namespace mote::worker
