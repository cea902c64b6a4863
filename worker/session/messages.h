// What a session hears from the coordinator and from its engines, and what it wants
// done. Plain values: the shells convert them from and to protobuf.
//
//   lease   the worker's own number of a held lease; stays when a restarted
//           coordinator gives the lease a new token
//   pass    the worker's own number of a pass; the coordinator's PassId may mean
//           another pass after a restart
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/cost.h"
#include "common/failure.h"
#include "common/fold.h"
#include "common/ids.h"
#include "common/pass_spec.h"

namespace mote::worker {

// From the coordinator -----------------------------------------------------------

struct Welcome {
  Epoch epoch;
  absl::Duration heartbeat_interval;
  struct Kept {
    LeaseToken held;
    LeaseToken token;
  };
  std::vector<Kept> kept;             // held leases that go on under a new token
  std::vector<PassId> released = {};  // over: what is kept of them may go
};

// Where another worker serves an input that the coordinator does not have.
struct Location {
  ArtifactRef artifact;
  std::string address;
};

struct Lease {
  LeaseToken token;
  int slot = 0;
  std::optional<PassSpec> pass;  // with the first lease of a pass on this stream
  absl::Duration task_timeout;
  bool is_volatile = false;
  PassId tree = {};  // the pass whose tree the partials belong to; 0: its own
  std::vector<Location> locations = {};
};

// The coordinator wants what engines wrote: of the job (0: of all), after this line.
struct ReadLog {
  uint64_t request = 0;
  JobId job;
  int64_t after = 0;
};

// From the engines ----------------------------------------------------------------

// The end of an attempt.
struct Report {
  LeaseToken token;  // filled in by the session
  std::vector<Node> nodes;
  Cost cost;
  std::optional<Failure> fault;
  absl::Duration slot_time;
  std::string task_columns = {};  // what each task cost
  absl::Time ended = {};          // by the worker's clock
};

// To be done by the shell -----------------------------------------------------------

// Open a stream and send Hello with these leases.
struct Connect {
  std::vector<LeaseToken> held;
  std::vector<PassId> holding = {};  // partials of these are kept here
};
// Close the stream; the session hears of it by OnDisconnected.
struct Disconnect {
  std::string reason;
};
struct SendReport {
  std::shared_ptr<const Report> report;
};
struct SendHeartbeat {
  uint64_t sequence = 0;
};
struct SendSlotState {
  int slot = 0;
  bool ready = false;
  std::string reason = {};  // not ready: why, for people
};
// Answer with what the engines' log has.
struct SendLog {
  ReadLog read;
};
struct SendDraining {};
struct SendGoodbye {};

struct DefinePass {
  uint64_t pass = 0;
  PassSpec spec;
};
struct ForgetPass {
  uint64_t pass = 0;
};
struct RunLease {
  uint64_t lease = 0;
  uint64_t pass = 0;
  int slot = 0;
  JobId job;
  Block block;
  absl::Duration task_timeout;
  bool is_volatile = false;
  PassId tree = {};  // what is kept of the partials is kept under this
  std::vector<Location> locations = {};
};
// Kept partials of the tree may go: this one, or all of them.
struct ReleasePartials {
  PassId tree;
  std::optional<ArtifactRef> artifact;
};
struct CancelLease {
  uint64_t lease = 0;
  int slot = 0;
};
// End the lease at task `end`, or after the one being run; the rest is given back.
struct ShortenLease {
  uint64_t lease = 0;
  int slot = 0;
  int64_t end = 0;
};
// Everything is given back: end the process.
struct Exit {};

using Action =
    std::variant<Connect, Disconnect, SendReport, SendHeartbeat, SendSlotState, SendLog, SendDraining, SendGoodbye,
                 DefinePass, ForgetPass, RunLease, ReleasePartials, CancelLease, ShortenLease, Exit>;
using Actions = std::vector<Action>;

}  // namespace mote::worker
