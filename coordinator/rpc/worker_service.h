// The worker session: moves messages between one stream and bounded queues.
//
// Reactions of gRPC never wait: a message read becomes a command in the mailbox;
// effects become messages in the stream's queue, of which one at a time is written.
#pragma once

#include "coordinator/rpc/mailbox.h"
#include "coordinator/rpc/session_table.h"
#include "mote/v1/worker_service.grpc.pb.h"

namespace mote::coordinator {

// Thread-safe.
class WorkerService : public v1::WorkerService::CallbackService {
 public:
  // `sessions` outlives every stream.
  WorkerService(SessionTable& sessions, PostCommand post) : sessions_(sessions), post_(std::move(post)) {}

  grpc::ServerBidiReactor<v1::SessionRequest, v1::SessionResponse>* Session(
      grpc::CallbackServerContext* context) override;

 private:
  SessionTable& sessions_;
  const PostCommand post_;
};

}  // namespace mote::coordinator
