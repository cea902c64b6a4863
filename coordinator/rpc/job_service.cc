#include "coordinator/rpc/job_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/status_macros.h"
#include "coordinator/convert/job_convert.h"
#include "coordinator/convert/view_convert.h"
#include "coordinator/rpc/grpc_status.h"
#include "coordinator/rpc/job_watcher.h"
#include "coordinator/rpc/ledger_stream.h"
#include "coordinator/rpc/stored_artifacts.h"

namespace mote::coordinator {
namespace {

constexpr int kPageSizeDefault = 100;
constexpr int kPageSizeMax = 1000;

// Until identities exist, everybody who reaches the port is the same one.
std::string PrincipalOf(const grpc::CallbackServerContext&) { return "anonymous"; }

template <class T>
const T& AnswerOf(const Reply& reply) {
  const T* answer = std::get_if<T>(&reply.answer);
  MOTE_CHECK(answer != nullptr, "the core answers with what the command asks for");
  return *answer;
}

absl::StatusOr<JobSpec> SpecOf(const v1::JobSpec& proto) {
  const size_t bytes = proto.ByteSizeLong();
  if (bytes > kJobSpecBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("the job's specification has ", bytes, " bytes; at most ",
                                                   kJobSpecBytesMax, " are allowed: give large parameters as files"));
  }
  return FromProto(proto);
}

// A list shows jobs, not their results: a page must fit one message.
v1::Job ListedJob(const JobView& view) {
  v1::Job job = ToProto(view);
  for (v1::OutputStatus& output : *job.mutable_outputs()) output.clear_content();
  job.clear_absent();
  return job;
}

int PageSize(int wanted) { return wanted <= 0 ? kPageSizeDefault : std::min(wanted, kPageSizeMax); }

absl::Status ForeignPageToken(const std::string& token) {
  return absl::InvalidArgumentError(
      absl::StrCat("page_token: \"", token, "\" was not made by this service; start without one"));
}

absl::StatusOr<uint64_t> PageStart(const std::string& token) {
  uint64_t before = 0;
  if (token.empty() || absl::SimpleAtoi(token, &before)) return before;
  return ForeignPageToken(token);
}

absl::StatusOr<BundleReference> BundlePageStart(const std::string& token) {
  if (token.empty()) return BundleReference();
  const std::optional<BundleReference> after = BundleReference::Parse(token);
  if (!after || after->version == 0) return ForeignPageToken(token);
  return *after;
}

grpc::ServerUnaryReactor* AnswerNow(grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

}  // namespace

// Posts a command and finishes the call with its reply; `fill` runs when it is OK.
void JobService::Ask(grpc::ServerUnaryReactor* reactor, const std::function<Command(CallId)>& command,
                     std::function<void(const Reply&)> fill) {
  const CallId call = world_.calls.Add([reactor, fill = std::move(fill)](const Reply& reply) {
    if (reply.status.ok()) fill(reply);
    reactor->Finish(ToGrpc(reply.status));
  });
  if (!world_.post(command(call))) world_.calls.Answer({call, MailboxRefusal(), {}});
}

grpc::ServerUnaryReactor* JobService::SubmitJob(grpc::CallbackServerContext* context,
                                                const v1::SubmitJobRequest* request, v1::SubmitJobResponse* response) {
  absl::StatusOr<JobSpec> spec = SpecOf(request->job());
  if (!spec.ok()) return AnswerNow(context, spec.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  coordinator::SubmitJob command{{}, *std::move(spec), request->request_id(), PrincipalOf(*context)};
  const bool reads_disk = NamesArtifacts(command.spec);
  auto check_and_ask = [this, reactor, response, command = std::move(command)]() mutable {
    absl::Status status = world_.artifacts.CheckReserve();
    if (status.ok()) status = CheckArtifactsAreStored(command.spec, world_.artifacts);
    if (!status.ok()) return reactor->Finish(ToGrpc(status));
    Ask(
        reactor,
        [&command](CallId call) {
          command.call = call;
          return std::move(command);
        },
        [response](const Reply& reply) { response->set_job_id(AnswerOf<JobId>(reply).value); });
  };
  if (reads_disk) {
    const absl::Status posted = world_.disk.Post(std::move(check_and_ask));
    if (!posted.ok()) reactor->Finish(ToGrpc(posted));
  } else {
    check_and_ask();
  }
  return reactor;
}

grpc::ServerUnaryReactor* JobService::ValidateJob(grpc::CallbackServerContext* context,
                                                  const v1::ValidateJobRequest* request,
                                                  v1::ValidateJobResponse* response) {
  absl::StatusOr<JobSpec> spec = SpecOf(request->job());
  if (!spec.ok()) return AnswerNow(context, spec.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor,
      [&spec](CallId call) {
        return coordinator::ValidateJob{call, *std::move(spec)};
      },
      [response](const Reply& reply) {
        for (const PlannedStageView& stage : AnswerOf<std::vector<PlannedStageView>>(reply)) {
          *response->add_stages() = ToProto(stage);
        }
      });
  return reactor;
}

grpc::ServerUnaryReactor* JobService::GetJob(grpc::CallbackServerContext* context, const v1::GetJobRequest* request,
                                             v1::Job* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor,
      [request](CallId call) {
        return coordinator::GetJob{call, {request->job_id()}};
      },
      [response](const Reply& reply) { *response = ToProto(AnswerOf<JobView>(reply)); });
  return reactor;
}

grpc::ServerUnaryReactor* JobService::ExplainJob(grpc::CallbackServerContext* context,
                                                 const v1::ExplainJobRequest* request,
                                                 v1::ExplainJobResponse* response) {
  if (request->has_task() && request->task() < 0) {
    return AnswerNow(context, absl::InvalidArgumentError(absl::StrCat("task: ", request->task(), " is negative")));
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor,
      [request](CallId call) {
        return coordinator::ExplainJob{
            call, {request->job_id()}, request->stage(), request->has_task() ? request->task() : -1};
      },
      [response](const Reply& reply) { *response = ToProto(AnswerOf<JobStoryView>(reply)); });
  return reactor;
}

grpc::ServerUnaryReactor* JobService::ListJobs(grpc::CallbackServerContext* context, const v1::ListJobsRequest* request,
                                               v1::ListJobsResponse* response) {
  const absl::StatusOr<uint64_t> before = PageStart(request->page_token());
  if (!before.ok()) return AnswerNow(context, before.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor,
      [request, before = *before](CallId call) {
        return coordinator::ListJobs{call, PageSize(request->page_size()), before};
      },
      [response](const Reply& reply) {
        const JobListView& list = AnswerOf<JobListView>(reply);
        for (const JobView& job : list.jobs) *response->add_jobs() = ListedJob(job);
        if (list.next_before != 0) response->set_next_page_token(absl::StrCat(list.next_before));
      });
  return reactor;
}

grpc::ServerWriteReactor<v1::Job>* JobService::WatchJob(grpc::CallbackServerContext*,
                                                        const v1::WatchJobRequest* request) {
  return new JobWatcher({request->job_id()}, world_.watches);
}

grpc::ServerUnaryReactor* JobService::CancelJob(grpc::CallbackServerContext* context,
                                                const v1::CancelJobRequest* request, v1::Job* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor,
      [request, context](CallId call) {
        return coordinator::CancelJob{call, {request->job_id()}, PrincipalOf(*context)};
      },
      [response](const Reply& reply) { *response = ToProto(AnswerOf<JobView>(reply)); });
  return reactor;
}

grpc::ServerUnaryReactor* JobService::RetryJob(grpc::CallbackServerContext* context, const v1::RetryJobRequest* request,
                                               v1::Job* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor,
      [request, context](CallId call) {
        return coordinator::RetryJob{call, {request->job_id()}, PrincipalOf(*context)};
      },
      [response](const Reply& reply) { *response = ToProto(AnswerOf<JobView>(reply)); });
  return reactor;
}

grpc::ServerUnaryReactor* JobService::ListOperations(grpc::CallbackServerContext* context,
                                                     const v1::ListOperationsRequest*,
                                                     v1::ListOperationsResponse* response) {
  for (const Planner* planner : world_.planners.All()) *response->add_operations() = ToProto(planner->description());
  for (const ReducerDescription& reducer : UserReducers()) *response->add_reducers() = ToProto(reducer);
  return AnswerNow(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* JobService::ListBundles(grpc::CallbackServerContext* context,
                                                  const v1::ListBundlesRequest* request,
                                                  v1::ListBundlesResponse* response) {
  const absl::StatusOr<BundleReference> after = BundlePageStart(request->page_token());
  if (!after.ok()) return AnswerNow(context, after.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor,
      [request, after = *after](CallId call) {
        return coordinator::ListBundles{call, request->tenant(), request->name(), PageSize(request->page_size()),
                                        after};
      },
      [response](const Reply& reply) {
        const BundleListView& list = AnswerOf<BundleListView>(reply);
        for (const Bundle& bundle : list.bundles) *response->add_bundles() = ToProto(bundle);
        response->set_next_page_token(list.next_after);
      });
  return reactor;
}

grpc::ServerUnaryReactor* JobService::ListWorkers(grpc::CallbackServerContext* context, const v1::ListWorkersRequest*,
                                                  v1::ListWorkersResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor, [](CallId call) { return coordinator::ListWorkers{call}; },
      [response](const Reply& reply) {
        for (const WorkerView& worker : AnswerOf<std::vector<WorkerView>>(reply)) {
          *response->add_workers() = ToProto(worker);
        }
      });
  return reactor;
}

grpc::ServerUnaryReactor* JobService::ReadLog(grpc::CallbackServerContext* context, const v1::ReadLogRequest* request,
                                              v1::ReadLogResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor,
      [request](CallId call) {
        return coordinator::ReadLog{call, request->worker(), {request->job_id()}, request->after()};
      },
      [response](const Reply& reply) { *response = ToProto(AnswerOf<LogChunk>(reply)); });
  return reactor;
}

grpc::ServerWriteReactor<v1::ReadLedgerResponse>* JobService::ReadLedger(grpc::CallbackServerContext*,
                                                                         const v1::ReadLedgerRequest* request) {
  auto* stream = new LedgerStream(world_.ledger.Read({request->job_id()}), request->task_columns(), world_.disk);
  const CallId call = world_.calls.Add([stream](const Reply& reply) { stream->Begin(reply.status); });
  if (!world_.post(coordinator::GetJob{call, {request->job_id()}})) world_.calls.Answer({call, MailboxRefusal(), {}});
  return stream;
}

grpc::ServerUnaryReactor* JobService::DrainWorker(grpc::CallbackServerContext* context,
                                                  const v1::DrainWorkerRequest* request, v1::DrainWorkerResponse*) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Ask(
      reactor,
      [request](CallId call) {
        return coordinator::DrainWorker{call, request->worker()};
      },
      [](const Reply&) {});
  return reactor;
}

}  // namespace mote::coordinator
