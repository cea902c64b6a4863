// JobService: turns RPCs into commands, and replies into answers.
//
// Thread-safe. Nothing here waits: a call returns once its command is in the
// mailbox, and is answered when the core's reply is released.
#pragma once

#include <functional>

#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/artifacts/disk_threads.h"
#include "coordinator/core/planner.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/rpc/call_table.h"
#include "coordinator/rpc/mailbox.h"
#include "coordinator/rpc/watch_hub.h"
#include "mote/v1/job_service.grpc.pb.h"

namespace mote::coordinator {

// Specifications above this are refused: a job must fit the journal.
inline constexpr size_t kJobSpecBytesMax = 1 << 20;

class JobService : public v1::JobService::CallbackService {
 public:
  // What the service works with; all of it outlives every call.
  struct World {
    const PlannerTable& planners;
    ArtifactStore& artifacts;
    const Ledger& ledger;
    DiskThreads& disk;
    CallTable& calls;
    WatchHub& watches;
    PostCommand post;
  };
  explicit JobService(World world) : world_(std::move(world)) {}

  grpc::ServerUnaryReactor* SubmitJob(grpc::CallbackServerContext* context, const v1::SubmitJobRequest* request,
                                      v1::SubmitJobResponse* response) override;
  grpc::ServerUnaryReactor* ValidateJob(grpc::CallbackServerContext* context, const v1::ValidateJobRequest* request,
                                        v1::ValidateJobResponse* response) override;
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context, const v1::GetJobRequest* request,
                                   v1::Job* response) override;
  grpc::ServerUnaryReactor* ExplainJob(grpc::CallbackServerContext* context, const v1::ExplainJobRequest* request,
                                       v1::ExplainJobResponse* response) override;
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context, const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override;
  grpc::ServerWriteReactor<v1::Job>* WatchJob(grpc::CallbackServerContext* context,
                                              const v1::WatchJobRequest* request) override;
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context, const v1::CancelJobRequest* request,
                                      v1::Job* response) override;
  grpc::ServerUnaryReactor* RetryJob(grpc::CallbackServerContext* context, const v1::RetryJobRequest* request,
                                     v1::Job* response) override;
  grpc::ServerUnaryReactor* ListOperations(grpc::CallbackServerContext* context,
                                           const v1::ListOperationsRequest* request,
                                           v1::ListOperationsResponse* response) override;
  grpc::ServerUnaryReactor* ListBundles(grpc::CallbackServerContext* context, const v1::ListBundlesRequest* request,
                                        v1::ListBundlesResponse* response) override;
  grpc::ServerUnaryReactor* ListWorkers(grpc::CallbackServerContext* context, const v1::ListWorkersRequest* request,
                                        v1::ListWorkersResponse* response) override;
  grpc::ServerUnaryReactor* ReadLog(grpc::CallbackServerContext* context, const v1::ReadLogRequest* request,
                                    v1::ReadLogResponse* response) override;
  grpc::ServerWriteReactor<v1::ReadLedgerResponse>* ReadLedger(grpc::CallbackServerContext* context,
                                                               const v1::ReadLedgerRequest* request) override;
  grpc::ServerUnaryReactor* DrainWorker(grpc::CallbackServerContext* context, const v1::DrainWorkerRequest* request,
                                        v1::DrainWorkerResponse* response) override;

 private:
  void Ask(grpc::ServerUnaryReactor* reactor, const std::function<Command(CallId)>& command,
           std::function<void(const Reply&)> fill);

  const World world_;
};

}  // namespace mote::coordinator
