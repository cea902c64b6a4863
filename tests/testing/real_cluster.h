// A coordinator and workers as real processes on loopback, for end-to-end tests.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/testing/process.h"

namespace mote::testing {

// How the programs are started.
struct ClusterOptions {
  int workers = 1;
  int slots = 1;  // of each
  std::string listen = "127.0.0.1:0";
  std::string state_dir = {};  // empty: in dir()
  std::vector<std::string> coordinator_flags = {};
  std::vector<std::string> worker_flags = {"--allow-commands", "--allow-test-operations"};
  // What stands before a program's path, such as what enters another network: of the
  // coordinator and of `mote`, and of worker i.
  std::vector<std::string> coordinator_prefix = {};
  std::function<std::vector<std::string>(int worker)> worker_prefix = {};
  // Flags of worker i alone, such as its name.
  std::function<std::vector<std::string>(int worker)> own_flags = {};
  // Worker i keeps its blobs here; default: in dir().
  std::function<std::string(int worker)> store_dir = {};
};

// The directory goes with the cluster, unless the test has failed.
class RealCluster {
 public:
  explicit RealCluster(ClusterOptions options);
  explicit RealCluster(int workers) : RealCluster(ClusterOptions{.workers = workers}) {}
  RealCluster(int workers, std::vector<std::string> worker_flags)
      : RealCluster(ClusterOptions{.workers = workers, .worker_flags = std::move(worker_flags)}) {}
  ~RealCluster();
  RealCluster(const RealCluster&) = delete;
  RealCluster& operator=(const RealCluster&) = delete;

  // `mote ARGUMENTS…` against this cluster.
  Outcome Mote(std::vector<std::string> arguments, absl::Duration limit = absl::Seconds(120));
  // The same in the background.
  std::unique_ptr<Process> StartMote(std::vector<std::string> arguments);
  // Submits without waiting; the job's id.
  std::string Submit(const std::string& job_file);
  // A field of `mote job ID -o json`, such as "state".
  std::string JobState(const std::string& id);
  int64_t TasksCommitted(const std::string& id);
  // Waits until at least so many tasks are committed, or the job ended.
  void WaitForTasks(const std::string& id, int64_t tasks);
  int ConnectedWorkers();
  // Waits until just so many workers are connected, with all their engines.
  void WaitForWorkers(int count);
  // What one undisturbed worker makes of the job: `job_file` writes its file into the
  // directory and returns the path.
  static std::string UndisturbedDigest(const std::function<std::string(const std::string& dir)>& job_file);
  // Waits for the end; the digest of the outputs (empty if the job failed).
  std::string Digest(const std::string& id);

  void StartWorker();
  void KillWorker(int index);
  // Ends it with SIGKILL if it runs, and starts another in the same store directory.
  void RestartWorker(int index);
  void KillCoordinator();
  // On the same port and state directory.
  void StartCoordinator();
  // Starts it, and kills it after `after`, whatever it was at.
  void CutCoordinatorStart(absl::Duration after);
  Process& coordinator() { return *coordinator_; }
  Process& worker(int index) { return *workers_[index]; }
  int workers() const { return static_cast<int>(workers_.size()); }
  const std::string& dir() const { return dir_; }
  const std::string& address() const { return address_; }

 private:
  std::unique_ptr<Process> MakeCoordinator();
  std::unique_ptr<Process> MakeWorker(int index);
  std::vector<std::string> MoteCommand(std::vector<std::string> arguments) const;

  ClusterOptions options_;
  std::string dir_;
  std::string address_;
  std::unique_ptr<Process> coordinator_;
  std::vector<std::unique_ptr<Process>> workers_;
  int started_ = 0;
};

// Where the programs are: MOTE_BIN_DIR, set by CMake.
std::string Program(const std::string& name);
// The top of the source tree.
std::string SourcePath(const std::string& relative);

}  // namespace mote::testing
