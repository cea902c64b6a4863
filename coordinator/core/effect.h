// Effects: what a shell is to do. Released by the loop, in order, once the events
// of their batch are durable: no acknowledgement leaves before what it says is on
// disk.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "common/digest.h"
#include "common/ids.h"
#include "common/log_line.h"
#include "common/pass_spec.h"
#include "coordinator/core/ledger_entry.h"
#include "coordinator/core/view.h"

namespace mote::coordinator {

// To a worker's session -----------------------------------------------------------

struct KeptLease {
  LeaseToken held;
  LeaseToken token;
};
struct SendWelcome {
  SessionId session;
  Epoch epoch;
  absl::Duration heartbeat_interval;
  std::vector<KeptLease> kept;
  std::vector<PassId> released = {};  // over: what the worker keeps of them may go
};
// An input that only a worker has.
struct ArtifactLocation {
  ArtifactRef artifact;
  std::string address;
  bool operator==(const ArtifactLocation&) const = default;
};
struct SendLease {
  SessionId session;
  LeaseToken token;
  int slot = 0;
  std::shared_ptr<const PassSpec> pass;  // nullptr: this session knows it already
  absl::Duration task_timeout;
  bool is_volatile = false;
  PassId tree = {};                              // a fold task: whose subtree it folds
  std::vector<ArtifactLocation> locations = {};  // of inputs that are not at the coordinator
};
struct SendAck {
  SessionId session;
  LeaseToken token;
};
struct SendRevoke {
  SessionId session;
  LeaseToken token;
};
// Ask the worker to give the tasks from `end` on back (worker_service.proto).
struct SendShorten {
  SessionId session;
  LeaseToken token;
  int64_t end = 0;
};
struct SendDropPass {
  SessionId session;
  PassId pass;
};
// A partial that the worker keeps is folded.
struct SendReleasePartial {
  SessionId session;
  PassId pass;
  ArtifactRef artifact;
};
struct SendHeartbeatAck {
  SessionId session;
  uint64_t sequence = 0;
  absl::Duration heartbeat_interval = absl::ZeroDuration();  // from now on
};
struct SendDrain {
  SessionId session;
};
// Ask for what the worker's engines wrote (worker_service.proto).
struct SendReadLog {
  SessionId session;
  uint64_t request = 0;
  JobId job;
  int64_t after = 0;
};
// Ends the stream with this status.
struct CloseSession {
  SessionId session;
  absl::Status status;
};

// To clients ------------------------------------------------------------------------

struct Reply {
  CallId call;
  absl::Status status;  // not OK: `answer` is empty
  std::variant<std::monostate, JobId, JobView, JobStoryView, JobListView, std::vector<WorkerView>,
               std::vector<PlannedStageView>, BundleListView, LogChunk>
      answer;
};
// Watchers of the job want to look again. `terminal`: for the last time.
struct JobChanged {
  JobId job;
  bool terminal = false;
};

// To the artifact store -----------------------------------------------------------

// Nothing refers to these any more: superseded states of an iteration, partials that were
// folded. Those in use may have blobs in common with them, which stay.
struct DropArtifacts {
  std::vector<ArtifactRef> artifacts;
  std::vector<ArtifactRef> in_use;
};

// All that is in use. What else was put before `put_before` is nobody's: what ended jobs left
// that are forgotten, results that lost a race, what steps of jobs computed on their way.
struct CollectArtifacts {
  std::vector<ArtifactRef> in_use;
  std::vector<ArtifactRef> tables;  // contents of tables: what they refer to is in use too
  absl::Time put_before;
  absl::Time now;  // by the clock that put_before goes by
};

// To the ledger -------------------------------------------------------------------

// Written before the events are durable: what is committed is in the ledger, also after
// a crash. An entry without its commit is followed by a later one of the same tasks.
struct RecordAttempt {
  LedgerEntry entry;
};

using Effect = std::variant<SendWelcome, SendLease, SendAck, SendRevoke, SendShorten, SendDropPass, SendReleasePartial,
                            SendHeartbeatAck, SendDrain, SendReadLog, CloseSession, Reply, JobChanged, DropArtifacts,
                            CollectArtifacts, RecordAttempt>;

}  // namespace mote::coordinator
