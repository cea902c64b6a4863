// Runs the commands of a transcript against the real core.
//
//   submit NAME tasks=N [reduce=sum] [quarantine] [attempts=3] [request=ID]
//   connect W [slots=1] [holding]       `holding`: Hello names what it was leased
//   disconnect W · goodbye W · heartbeat W · drain W
//   done W TASK [tasks=N] [epoch=E]     reports its lease that begins at TASK: all done,
//                                       or the first N tasks; E: under this epoch
//   done W                              reports all its leases, each at most once
//   again W                             its last report once more
//   fault W TASK KIND [task=T] [tasks=N]  KIND: crash, error, lost-input, memory
//   advance DURATION                    and judge deadlines
//   crash                               and restart from the journal
//   cancel JOB · job JOB
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/core/core.h"
#include "coordinator/schedule/fair_policy.h"
#include "tests/scenarios/describe.h"

namespace mote::scenarios {

class Script {
 public:
  Script();

  // Does one command. Answers what happened, one line each.
  //
  // InvalidArgument: not a command, or it names what there is not.
  absl::StatusOr<std::string> Run(const std::string& line);

 private:
  struct Words;
  struct WorkerSide {
    SessionId session;
    int slots = 1;
    std::vector<mc::SendLease> leases;  // sent and not yet reported or revoked
    std::optional<mc::WorkerReport> last_report;
  };

  absl::Status Do(const Words& words);
  absl::Status Submit(const Words& words);
  absl::Status Connect(const Words& words);
  absl::Status Report(const Words& words, bool fault);
  absl::Status ReportOne(const std::string& worker, size_t lease, const Words& words, bool fault);
  absl::Status Again(const Words& words);
  absl::Status Advance(const Words& words);
  absl::Status AboutWorker(const Words& words);
  absl::Status AboutJob(const Words& words);
  void Start();
  void Send(const mc::Command& command);
  void Tell(mc::Decision decision);
  void Track(const mc::Effect& effect);
  absl::StatusOr<WorkerSide*> Find(const std::string& worker);
  std::vector<Node> Fold(const PassSpec& spec, Block block, int64_t tasks);
  Names NamesOf() const;

  mc::FairPolicy policy_;
  std::unique_ptr<mc::Core> core_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000'000);
  std::vector<mc::Event> journal_;
  std::map<Digest, std::string> blobs_;
  std::map<std::string, WorkerSide> workers_;
  std::map<uint64_t, std::string> sessions_;  // every stream there was → its worker
  std::map<PassId, std::shared_ptr<const PassSpec>> passes_;
  uint64_t next_id_ = 1;
  std::string output_;
};

}  // namespace mote::scenarios
