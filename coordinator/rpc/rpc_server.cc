#include "coordinator/rpc/rpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/host_port.h"
#include "common/status_macros.h"
#include "coordinator/rpc/listen_address.h"
#include "coordinator/rpc/session_convert.h"

namespace mote::coordinator {
namespace {

constexpr int kDiskThreads = 4;
constexpr size_t kDiskQueueMax = 4096;
constexpr int kStreamsPerConnectionMax = 1024;
// Calls and sessions were ended before: only transfers of blobs are still under way,
// and idle connections whose clients do not read.
constexpr std::chrono::seconds kStopGrace(1);

void SetKeepalive(grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Workers ping every 30 s: without this the server takes that for abuse.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
}

absl::Status Stopping() { return absl::UnavailableError("the coordinator stops; reconnect with back-off"); }

}  // namespace

RpcServer::RpcServer(const PlannerTable& planners, ArtifactStore& artifacts, const Ledger& ledger, PostCommand post)
    : sessions_(post),
      watches_(calls_, post),
      disk_(kDiskThreads, kDiskQueueMax),
      job_service_({planners, artifacts, ledger, disk_, calls_, watches_, post}),
      worker_service_(sessions_, post),
      artifact_service_(artifacts, disk_) {}

RpcServer::~RpcServer() { Stop(); }

absl::StatusOr<std::string> RpcServer::Start(const std::string& address) {
  if (!address.empty()) MOTE_RETURN_IF_ERROR(TryListening(address));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  int port = 0;
  if (!address.empty()) builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  // Without this a second coordinator could listen on the same port unnoticed.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  SetKeepalive(&builder);
  builder.RegisterService(&job_service_);
  builder.RegisterService(&worker_service_);
  builder.RegisterService(&artifact_service_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || (!address.empty() && port == 0)) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address, "; choose another --listen"));
  }
  server_->GetHealthCheckService()->SetServingStatus(true);
  return address.empty() ? std::string("in-process") : WithPort(address, port);
}

void RpcServer::BeginStop() {
  if (server_ != nullptr) server_->GetHealthCheckService()->SetServingStatus(false);
}

void RpcServer::Stop() {
  BeginStop();
  calls_.FailAll(Stopping());
  watches_.EndAll(Stopping());
  sessions_.CloseAll(Stopping());
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + kStopGrace);
  server_->Wait();
  server_ = nullptr;
}

void RpcServer::Release(std::vector<Effect> effects) {
  for (const Effect& effect : effects) {
    std::visit([this](const auto& alternative) { Do(alternative); }, effect);
  }
  sessions_.Flush();
  sessions_.RetryPosts();
}

std::shared_ptr<grpc::Channel> RpcServer::InProcessChannel() { return server_->InProcessChannel({}); }

void RpcServer::Do(const SendWelcome& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const SendLease& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const SendAck& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const SendRevoke& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const SendShorten& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const SendDropPass& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const SendReleasePartial& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const SendHeartbeatAck& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const SendDrain& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const SendReadLog& effect) { sessions_.Send(effect.session, ToProto(effect)); }
void RpcServer::Do(const CloseSession& effect) { sessions_.Close(effect.session, effect.status); }
void RpcServer::Do(const Reply& effect) { calls_.Answer(effect); }
void RpcServer::Do(const JobChanged& effect) { watches_.Changed(effect.job, effect.terminal); }

// The loop has done it: nothing of it concerns the network.
void RpcServer::Do(const DropArtifacts&) {}
void RpcServer::Do(const CollectArtifacts&) {}
void RpcServer::Do(const RecordAttempt&) {}

}  // namespace mote::coordinator
