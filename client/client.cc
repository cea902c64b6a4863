#include "client/client.h"

#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/connection.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr int kPageSize = 500;
// Of the rows of a billion tasks.
constexpr absl::Duration kLedgerTimeout = absl::Hours(1);

// False: nobody listens there (refused, no such host), or not within `timeout`.
bool WaitUntilReady(grpc::Channel& channel, absl::Duration timeout) {
  const auto deadline = absl::ToChronoTime(absl::Now() + timeout);
  for (;;) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return true;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    if (!channel.WaitForStateChange(state, deadline)) return false;
  }
}

grpc::ChannelArguments ChannelArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // A coordinator that was started again is found within a second.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  // Jobs with large inline outputs answer with more than gRPC's 4 MiB.
  arguments.SetMaxReceiveMessageSize(64 << 20);
  // A proxy of the environment is not meant for a coordinator.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return arguments;
}

}  // namespace

bool IsTerminal(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_PARTLY_QUARANTINED ||
         state == v1::JOB_STATE_FAILED || state == v1::JOB_STATE_CANCELLED;
}

std::string NewRequestId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) absl::StrAppendFormat(&id, "%08x", random());
  return id;
}

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(const std::string& address, ConnectOptions options) {
  const size_t colon = address.rfind(':');
  int port = 0;
  const bool valid = colon != std::string::npos && colon > 0 && absl::SimpleAtoi(address.substr(colon + 1), &port) &&
                     port >= 1 && port <= 65535;
  if (!valid) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", address, "' is not the address of a coordinator; write HOST:PORT with a port of 1 to 65535"));
  }
  auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), ChannelArguments());
  if (!WaitUntilReady(*channel, options.connect_timeout)) return NoCoordinator(address, "");
  return std::make_unique<Client>(std::move(channel), address, options);
}

Client::Client(std::shared_ptr<grpc::ChannelInterface> channel, std::string address, ConnectOptions options)
    : connection_(std::make_unique<Connection>()) {
  connection_->jobs = v1::JobService::NewStub(channel);
  connection_->artifacts = v1::ArtifactService::NewStub(channel);
  connection_->channel = std::move(channel);
  connection_->address = std::move(address);
  connection_->options = options;
}

Client::~Client() = default;

const std::string& Client::address() const { return connection_->address; }

absl::StatusOr<uint64_t> Client::SubmitJob(const v1::JobSpec& job, const std::string& request_id) {
  v1::SubmitJobRequest request;
  *request.mutable_job() = job;
  request.set_request_id(request_id);
  v1::SubmitJobResponse response;
  MOTE_RETURN_IF_ERROR(
      connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::SubmitJob, request, &response));
  return response.job_id();
}

absl::StatusOr<v1::ValidateJobResponse> Client::ValidateJob(const v1::JobSpec& job) {
  v1::ValidateJobRequest request;
  *request.mutable_job() = job;
  v1::ValidateJobResponse response;
  MOTE_RETURN_IF_ERROR(
      connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::ValidateJob, request, &response));
  return response;
}

absl::StatusOr<v1::Job> Client::GetJob(uint64_t job_id) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::Job job;
  MOTE_RETURN_IF_ERROR(connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::GetJob, request, &job));
  return job;
}

absl::StatusOr<v1::ExplainJobResponse> Client::ExplainJob(uint64_t job_id, int64_t task, const std::string& stage) {
  v1::ExplainJobRequest request;
  request.set_job_id(job_id);
  if (task >= 0) request.set_task(task);
  request.set_stage(stage);
  v1::ExplainJobResponse response;
  MOTE_RETURN_IF_ERROR(
      connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::ExplainJob, request, &response));
  return response;
}

absl::StatusOr<std::vector<v1::Job>> Client::ListJobs(int limit) {
  std::vector<v1::Job> jobs;
  v1::ListJobsRequest request;
  do {
    const int left = limit - static_cast<int>(jobs.size());
    request.set_page_size(limit > 0 ? std::min(left, kPageSize) : kPageSize);
    v1::ListJobsResponse response;
    MOTE_RETURN_IF_ERROR(
        connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::ListJobs, request, &response));
    for (v1::Job& job : *response.mutable_jobs()) jobs.push_back(std::move(job));
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty() && (limit <= 0 || static_cast<int>(jobs.size()) < limit));
  return jobs;
}

absl::StatusOr<v1::Job> Client::CancelJob(uint64_t job_id) {
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  v1::Job job;
  MOTE_RETURN_IF_ERROR(connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::CancelJob, request, &job));
  return job;
}

absl::StatusOr<v1::Job> Client::RetryJob(uint64_t job_id) {
  v1::RetryJobRequest request;
  request.set_job_id(job_id);
  v1::Job job;
  MOTE_RETURN_IF_ERROR(connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::RetryJob, request, &job));
  return job;
}

absl::StatusOr<v1::ListOperationsResponse> Client::ListOperations() {
  v1::ListOperationsResponse response;
  MOTE_RETURN_IF_ERROR(connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::ListOperations,
                                          v1::ListOperationsRequest(), &response));
  return response;
}

absl::StatusOr<std::vector<v1::Bundle>> Client::ListBundles(const std::string& name, const std::string& tenant) {
  std::vector<v1::Bundle> bundles;
  v1::ListBundlesRequest request;
  request.set_name(name);
  request.set_tenant(tenant);
  request.set_page_size(kPageSize);
  do {
    v1::ListBundlesResponse response;
    MOTE_RETURN_IF_ERROR(
        connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::ListBundles, request, &response));
    for (v1::Bundle& bundle : *response.mutable_bundles()) bundles.push_back(std::move(bundle));
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return bundles;
}

absl::StatusOr<std::vector<v1::Worker>> Client::ListWorkers() {
  v1::ListWorkersResponse response;
  MOTE_RETURN_IF_ERROR(connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::ListWorkers,
                                          v1::ListWorkersRequest(), &response));
  return std::vector<v1::Worker>(response.workers().begin(), response.workers().end());
}

absl::StatusOr<v1::ReadLogResponse> Client::ReadLog(const std::string& worker, uint64_t job_id, int64_t after) {
  v1::ReadLogRequest request;
  request.set_worker(worker);
  request.set_job_id(job_id);
  request.set_after(after);
  v1::ReadLogResponse response;
  MOTE_RETURN_IF_ERROR(connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::ReadLog, request, &response));
  return response;
}

absl::StatusOr<std::vector<v1::LedgerEntry>> Client::ReadLedger(uint64_t job_id, bool task_columns) {
  v1::ReadLedgerRequest request;
  request.set_job_id(job_id);
  request.set_task_columns(task_columns);
  std::vector<v1::LedgerEntry> entries;
  MOTE_RETURN_IF_ERROR(connection_->Retry([&](grpc::ClientContext* context) {
    entries.clear();
    context->set_deadline(absl::ToChronoTime(absl::Now() + kLedgerTimeout));
    const auto stream = connection_->jobs->ReadLedger(context, request);
    v1::ReadLedgerResponse response;
    while (stream->Read(&response)) {
      for (v1::LedgerEntry& entry : *response.mutable_entries()) entries.push_back(std::move(entry));
    }
    return stream->Finish();
  }));
  return entries;
}

absl::Status Client::DrainWorker(const std::string& worker) {
  v1::DrainWorkerRequest request;
  request.set_worker(worker);
  v1::DrainWorkerResponse response;
  return connection_->Unary(connection_->jobs.get(), &v1::JobService::Stub::DrainWorker, request, &response);
}

}  // namespace mote::client
