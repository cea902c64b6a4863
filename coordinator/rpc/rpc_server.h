// The coordinator's face to the network: gRPC server, services, health, reflection.
//
//   clients ─► JobService, ArtifactService ┐ commands            ┌ replies, views
//   workers ─► WorkerService               ┘──► mailbox … loop ──┘──► Release
//
// Thread-safe.
#pragma once

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/artifacts/disk_threads.h"
#include "coordinator/core/effect.h"
#include "coordinator/core/planner.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/rpc/artifact_service.h"
#include "coordinator/rpc/call_table.h"
#include "coordinator/rpc/job_service.h"
#include "coordinator/rpc/session_table.h"
#include "coordinator/rpc/watch_hub.h"
#include "coordinator/rpc/worker_service.h"

namespace mote::coordinator {

class RpcServer {
 public:
  // `planners`, `artifacts`, `ledger` and what `post` uses outlive the server.
  RpcServer(const PlannerTable& planners, ArtifactStore& artifacts, const Ledger& ledger, PostCommand post);
  ~RpcServer();  // stops, if Stop was not called
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // Listens at "host:port" (port 0: any free one; "" : in-process channels only) and
  // returns the address with its real port. Health becomes SERVING.
  //
  // Unavailable: the port is in use or the host is not this machine's; says which.
  absl::StatusOr<std::string> Start(const std::string& address);

  // Health becomes NOT_SERVING; calls go on. First step of stopping.
  void BeginStop();
  // Ends every call and session with UNAVAILABLE, then the server. Call it once no
  // more effects are released.
  void Stop();

  // Does what the core decided: EffectSink::Release. Never blocks.
  void Release(std::vector<Effect> effects);

  // For tests. Requires a successful Start.
  std::shared_ptr<grpc::Channel> InProcessChannel();

 private:
  void Do(const SendWelcome& effect);
  void Do(const SendLease& effect);
  void Do(const SendAck& effect);
  void Do(const SendRevoke& effect);
  void Do(const SendShorten& effect);
  void Do(const SendDropPass& effect);
  void Do(const SendReleasePartial& effect);
  void Do(const SendHeartbeatAck& effect);
  void Do(const SendDrain& effect);
  void Do(const SendReadLog& effect);
  void Do(const CloseSession& effect);
  void Do(const Reply& effect);
  void Do(const JobChanged& effect);
  void Do(const DropArtifacts& effect);
  void Do(const CollectArtifacts& effect);
  void Do(const RecordAttempt& effect);

  CallTable calls_;
  SessionTable sessions_;
  WatchHub watches_;
  DiskThreads disk_;
  JobService job_service_;
  WorkerService worker_service_;
  ArtifactService artifact_service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace mote::coordinator
