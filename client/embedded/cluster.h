// A coordinator and workers on loopback, for one run.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "client/embedded/child_process.h"

namespace mote::client {

struct ClusterOptions {
  std::string program_dir;  // where mote-coordinator and mote-worker are
  std::string state_dir;    // an open StateDir's path
  int workers = 1;
  std::string journal = "sqlite";  // or "none"
  bool allow_commands = false;
  std::vector<std::string> shared_dirs;  // as mote-worker's --shared-dir
  bool allow_test_operations = false;
};

// The real programs as child processes. A thread of its own starts them, watches
// them, and starts again what dies: the coordinator on the same port, so that the
// job goes on. What keeps dying right after its start is given up.
//
// Thread-safe.
class EmbeddedCluster {
 public:
  // Called from the watching thread with a line for people.
  using Notice = std::function<void(const std::string&)>;
  // Called once from there when the cluster cannot go on.
  using GaveUp = std::function<void(const absl::Status&)>;

  // Returns when the coordinator listens and the workers are started.
  //
  // Returns
  //   NotFound     a program is missing
  //   Unavailable  one ended at once; the message has its last log lines
  static absl::StatusOr<std::unique_ptr<EmbeddedCluster>> Start(ClusterOptions options, Notice notice);
  // Kills what still runs.
  ~EmbeddedCluster();

  const std::string& address() const { return address_; }  // HOST:PORT
  void OnGivingUp(GaveUp gave_up);
  // Asks all to end (SIGTERM), kills after `grace`. Idempotent.
  void Stop(absl::Duration grace);

 private:
  struct Member {
    std::string name;  // "coordinator", "worker-1"; also its log
    std::vector<std::string> command;
    std::optional<ChildProcess> process;
    absl::Time started;
    int quick_ends = 0;  // in a row
    absl::Time restart_at = absl::InfiniteFuture();
  };

  EmbeddedCluster(ClusterOptions options, Notice notice);

  void Watch();  // the thread
  absl::Status StartAll();
  absl::Status StartMember(Member* member);
  absl::Status StartCoordinator();
  // What became of a member that has ended; not OK: given up.
  absl::Status HandleEnd(Member* member, const std::string& how);
  void StopAll();
  static void EndMember(Member* member);
  static void AwaitMember(Member* member, absl::Time deadline);
  std::string LogPath(const std::string& name) const;

  const ClusterOptions options_;
  const Notice notice_;
  std::string address_;          // set before Start returns
  std::vector<Member> members_;  // of the thread; the coordinator is the first

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<absl::Status> started_;  // guarded by mutex_: the outcome of StartAll
  bool stopping_ = false;                // guarded by mutex_
  absl::Duration grace_;                 // guarded by mutex_
  GaveUp gave_up_;                       // guarded by mutex_
  std::optional<absl::Status> failure_;  // guarded by mutex_

  std::thread thread_;
};

// The directory of the running executable.
std::string ProgramDir();

}  // namespace mote::client
