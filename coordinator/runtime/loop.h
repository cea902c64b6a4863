// The loop: the only place that knows the order decide → apply → journal → release.
//
//   1. take a bounded batch of commands from one bounded mailbox; read the clock once
//   2. Decide each; its events are applied in memory; collect events and effects
//   3. write its lines of the ledger, store the batch's blobs, sync its artifacts, append
//      its events: one durable commit; if it fails, stop the process
//   4. release the effects, batch by batch in the order of the commits
//
// While more commands wait, 3 and 4 are done by a thread of their own and the next batch
// is decided meanwhile; else by the deciding thread itself: a switch between threads
// would cost more than most commits. Between two commits it works on the next snapshot
// (snapshotter.h).
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/core/core.h"
#include "coordinator/journal/journal.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/runtime/artifact_collector.h"
#include "coordinator/runtime/artifact_drops.h"
#include "coordinator/runtime/snapshotter.h"

namespace mote::coordinator {

// Where effects go. Called by one thread at a time, in order; must not block.
class EffectSink {
 public:
  virtual ~EffectSink() = default;
  virtual void Release(std::vector<Effect> effects) = 0;
};

// Thread-safe: Post from anywhere.
class Loop {
 public:
  struct Options {
    size_t mailbox_commands_max = 1 << 16;
    int64_t mailbox_bytes_max = int64_t{256} << 20;
    size_t batch_commands_max = 512;
    // Between two batches without a command: how often deadlines are judged.
    absl::Duration tick = absl::Milliseconds(50);
    Snapshotter::Options snapshots;
  };

  // All references outlive the loop. `on_fatal` is called once when a commit failed;
  // it must end the process (a failed fsync is never retried). Nothing is committed or
  // released after that.
  Loop(Options options, Core& core, Journal& journal, ArtifactStore& artifacts, Ledger& ledger, EffectSink& sink,
       std::function<void(absl::Status)> on_fatal);
  ~Loop();

  // Replays the journal into the core and starts a new epoch, durably.
  //
  // DataLoss: a record does not decode or contradicts the state; names its place.
  absl::Status Recover();

  void Start();
  // Decides what is in the mailbox, commits it, releases it, and returns.
  void Stop();

  // Never blocks. False: the mailbox is full (answer RESOURCE_EXHAUSTED) or the
  // loop has stopped (UNAVAILABLE).
  bool Post(Command command);
  // All of them or none.
  bool Post(std::vector<Command> commands);

 private:
  void DecideForever();
  void CommitForever();
  std::optional<Decision> TakeDecision(std::unique_lock<std::mutex>& lock);
  std::vector<Command> TakeCommands();
  void Deliver(Decision decision);
  void Work(Decision* decision);
  absl::Status Commit(Decision& decision);
  absl::Status Sync(const Decision& decision);
  void Record(std::vector<Effect>& effects);

  const Options options_;
  Core& core_;
  Journal& journal_;
  ArtifactStore& artifacts_;
  ArtifactDrops drops_;
  ArtifactCollector collector_;
  Ledger& ledger_;
  bool ledger_failed_ = false;  // by the committing thread alone, as drops_
  EffectSink& sink_;
  const std::function<void(absl::Status)> on_fatal_;

  std::mutex mutex_;
  std::condition_variable mail_;      // commands came, or stopping
  std::condition_variable handover_;  // there is work for the journal thread, or it took a decision
  std::deque<Command> mailbox_;
  int64_t mailbox_bytes_ = 0;
  std::optional<Decision> pending_;  // decided, not yet taken by the journal thread
  bool stopping_ = false;
  bool decided_all_ = false;
  bool working_ = false;         // who set it may use the journal, the artifacts, the sink and the snapshotter
  bool snapshot_waits_ = false;  // for the journal thread to go on with it
  bool failed_ = false;          // a commit did
  Snapshotter snapshotter_;
  std::thread decider_;
  std::thread committer_;
};

}  // namespace mote::coordinator
