// A coordinator and workers as real processes on loopback, for end-to-end tests.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/testing/process.h"

namespace mote::testing {

class RealCluster {
 public:
  explicit RealCluster(int workers,
                       std::vector<std::string> worker_flags = {"--allow-commands", "--allow-test-operations"});

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
  // Waits for the end; the digest of the outputs (empty if the job failed).
  std::string Digest(const std::string& id);

  void StartWorker();
  void KillWorker(int index);
  void KillCoordinator();
  // On the same port and state directory.
  void StartCoordinator();
  Process& coordinator() { return *coordinator_; }
  Process& worker(int index) { return *workers_[index]; }
  const std::string& dir() const { return dir_; }
  const std::string& address() const { return address_; }

 private:
  std::string dir_;
  std::string address_;
  std::vector<std::string> worker_flags_;
  std::unique_ptr<Process> coordinator_;
  std::vector<std::unique_ptr<Process>> workers_;
  int started_ = 0;
};

// Where the programs are: MOTE_BIN_DIR, set by CMake.
std::string Program(const std::string& name);
// The top of the source tree.
std::string SourcePath(const std::string& relative);

}  // namespace mote::testing
