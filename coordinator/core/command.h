// Commands: what the world asks of the core. May be refused.
//
// A call_id names the RPC that waits for the Reply. Nothing here says when: time
// enters Decide as a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/bundle_name.h"
#include "common/cost.h"
#include "common/failure.h"
#include "common/fold.h"
#include "common/ids.h"
#include "common/log_line.h"
#include "coordinator/core/job_spec.h"

namespace mote::coordinator {

// From clients ------------------------------------------------------------------

// The caller has checked that every artifact the job names is stored.
struct SubmitJob {
  CallId call;
  JobSpec spec;
  std::string request_id;
  std::string principal;
};
struct ValidateJob {
  CallId call;
  JobSpec spec;
};
struct GetJob {
  CallId call;
  JobId job;
};
// The job with its story. `task` ≥ 0: and where that task stands, of `stage` alone if
// one is named.
struct ExplainJob {
  CallId call;
  JobId job;
  std::string stage;
  int64_t task = -1;
};
// Newest first, ids below `before` (0: from the newest).
struct ListJobs {
  CallId call;
  int page_size = 100;
  uint64_t before = 0;
};
struct CancelJob {
  CallId call;
  JobId job;
  std::string principal;
};
struct RetryJob {
  CallId call;
  JobId job;
  std::string principal;
};
struct ListWorkers {
  CallId call;
};
// Published bundles of the tenant (empty: "default"), of one name or of all (empty); by name, the
// newest version first, what comes after `after` (without a name: from the first).
struct ListBundles {
  CallId call;
  std::string tenant = {};
  std::string name = {};
  int page_size = 100;
  BundleReference after = {};
};
struct DrainWorker {
  CallId call;
  std::string worker;
};

// What a worker's engines wrote: of the job (0: of all), after line number `after`.
struct ReadLog {
  CallId call;
  std::string worker;
  JobId job;
  int64_t after = 0;
};

// From workers ------------------------------------------------------------------

struct SlotHello {
  std::string device;
  int64_t memory_bytes = 0;
  std::string numeric_class;
};
// First message of a session; the shell has compared the versions.
struct WorkerHello {
  SessionId session;
  std::string worker;
  std::string version;
  std::vector<SlotHello> slots;
  std::map<std::string, std::string> labels;
  bool allow_commands = false;
  bool reads_shared = true;  // it has directories of shared files
  bool allow_test_operations = false;
  std::vector<LeaseToken> held;
  std::string blob_address = {};     // where other workers fetch from it; empty: nowhere
  std::vector<PassId> holding = {};  // it keeps partials of these
  std::string transport = {};        // over which it came: "loopback", "network"
};
struct WorkerReport {
  SessionId session;
  LeaseToken token;
  std::vector<Node> nodes;
  Cost cost;
  std::optional<Failure> failure;
  absl::Duration slot_time;
  std::string task_columns = {};  // what each task cost, as the worker says
  absl::Duration age = {};        // since the attempt ended
};
struct WorkerHeartbeat {
  SessionId session;
  uint64_t sequence = 0;
};
struct WorkerSlotState {
  SessionId session;
  int slot = 0;
  bool ready = false;
  std::string reason = {};  // not ready: why, for people
};
struct WorkerLog {
  SessionId session;
  uint64_t request = 0;  // of SendReadLog
  LogChunk chunk;
};

// It was asked to end: it takes nothing new, and leaves once nothing needs it.
struct WorkerDraining {
  SessionId session;
};
struct WorkerGoodbye {
  SessionId session;
};
// The stream is gone, for whatever reason. The worker may come back.
struct SessionClosed {
  SessionId session;
};

// The shell cannot send this lease to any worker: the pass's definition is too large.
struct LeaseRefused {
  LeaseToken token;
  std::string why;
};
// What is free on the coordinator's disk; sent when it falls below or comes back above
// the reserve, and now and then while it is below.
struct DiskState {
  bool low = false;
  int64_t free_bytes = 0;
  int64_t reserve_bytes = 0;
};

// From the loop -----------------------------------------------------------------

// Once per batch, after the mailbox was drained: deadlines are judged here.
// `stalled`: time since the last Tick during which the loop did not run.
struct Tick {
  absl::Duration stalled;
};

using Command =
    std::variant<SubmitJob, ValidateJob, GetJob, ExplainJob, ListJobs, CancelJob, RetryJob, ListWorkers, ListBundles,
                 DrainWorker, ReadLog, WorkerHello, WorkerReport, WorkerHeartbeat, WorkerSlotState, WorkerLog,
                 WorkerDraining, WorkerGoodbye, SessionClosed, LeaseRefused, DiskState, Tick>;

}  // namespace mote::coordinator
