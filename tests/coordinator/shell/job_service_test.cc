#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "mote/v1/job_service.grpc.pb.h"
#include "tests/coordinator/shell/rpc_harness.h"

namespace mote::coordinator {
namespace {

JobView ViewOfJob(uint64_t id, JobState state) {
  JobView view;
  view.id = {id};
  view.name = "credit-risk";
  view.state = state;
  view.outputs.push_back({{"report", "score.result", "", ""}, {OutputKind::kDocument, {"{}", std::nullopt}, 0, 2}});
  return view;
}

// Runs a call on a thread of its own, so that the test can play the core meanwhile.
template <class Request, class Response>
class Call {
 public:
  using Method = grpc::Status (v1::JobService::Stub::*)(grpc::ClientContext*, const Request&, Response*);

  Call(RpcHarness& rpc, Method method, Request request)
      : thread_([this, stub = v1::JobService::NewStub(rpc.channel()), method, request = std::move(request)] {
          status_ = (stub.get()->*method)(&context_, request, &response_);
        }) {}
  ~Call() {
    if (thread_.joinable()) thread_.join();
  }
  grpc::Status Finish() {
    thread_.join();
    return status_;
  }
  const Response& response() const { return response_; }

 private:
  grpc::ClientContext context_;
  Response response_;
  grpc::Status status_;
  std::thread thread_;
};

using SubmitCall = Call<v1::SubmitJobRequest, v1::SubmitJobResponse>;
using GetCall = Call<v1::GetJobRequest, v1::Job>;
using CancelCall = Call<v1::CancelJobRequest, v1::Job>;
using ListCall = Call<v1::ListJobsRequest, v1::ListJobsResponse>;
using DrainCall = Call<v1::DrainWorkerRequest, v1::DrainWorkerResponse>;

v1::SubmitJobRequest SubmissionReading(std::string_view bytes) {
  v1::SubmitJobRequest request;
  request.set_request_id("r1");
  v1::Input& input = *request.mutable_job()->add_inputs();
  input.set_name("applicants");
  input.mutable_csv();
  input.set_path("a.csv");
  input.set_artifact(ArtifactRef{Sha256(bytes), static_cast<int64_t>(bytes.size()), false}.ToString());
  return request;
}

TEST(JobService, ASubmissionIsAnsweredWithTheIdThatTheCoreGave) {
  RpcHarness rpc;
  ASSERT_TRUE(rpc.store().Put(Sha256("rows"), "rows", true).ok());
  SubmitCall call(rpc, &v1::JobService::Stub::SubmitJob, SubmissionReading("rows"));
  const auto command = rpc.AnswerNext<SubmitJob>(JobId{17});
  EXPECT_THAT(call.Finish(), GrpcOk());
  EXPECT_EQ(call.response().job_id(), 17u);
  EXPECT_EQ(command.request_id, "r1");
  EXPECT_EQ(command.spec.inputs[0].format, "csv");
}

TEST(JobService, AJobWhoseInputWasNotPutNeverReachesTheCore) {
  RpcHarness rpc;
  SubmitCall call(rpc, &v1::JobService::Stub::SubmitJob, SubmissionReading("rows"));
  EXPECT_THAT(call.Finish(), GrpcFails(grpc::StatusCode::NOT_FOUND, "inputs[0] (a.csv)"));
  EXPECT_TRUE(rpc.mailbox().empty());
}

TEST(JobService, BelowTheDiskReserveNoJobIsAdmitted) {
  RpcHarness rpc(std::numeric_limits<int64_t>::max());
  SubmitCall call(rpc, &v1::JobService::Stub::SubmitJob, {});
  EXPECT_THAT(call.Finish(), GrpcFails(grpc::StatusCode::RESOURCE_EXHAUSTED, "reserve"));
}

TEST(JobService, ASpecificationThatIsTooLargeIsInvalid) {
  RpcHarness rpc;
  v1::SubmitJobRequest request;
  request.mutable_job()->set_name(std::string(2 << 20, 'x'));
  SubmitCall call(rpc, &v1::JobService::Stub::SubmitJob, request);
  EXPECT_THAT(call.Finish(), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "1048576"));
}

TEST(JobService, ARefusalOfTheCoreKeepsItsCodeAndWords) {
  RpcHarness rpc;
  v1::GetJobRequest request;
  request.set_job_id(5);
  GetCall call(rpc, &v1::JobService::Stub::GetJob, request);
  const auto command = rpc.mailbox().Next<GetJob>();
  EXPECT_EQ(command.job.value, 5u);
  rpc.Release(Reply{command.call, absl::NotFoundError("no job 5"), {}});
  EXPECT_THAT(call.Finish(), GrpcFails(grpc::StatusCode::NOT_FOUND, "no job 5"));
}

TEST(JobService, AFullMailboxIsUnavailableNotSilence) {
  RpcHarness rpc;
  rpc.mailbox().SetFull(true);
  GetCall call(rpc, &v1::JobService::Stub::GetJob, {});
  EXPECT_THAT(call.Finish(), GrpcFails(grpc::StatusCode::UNAVAILABLE, "retry"));
}

TEST(JobService, CancellingAnswersWithTheJob) {
  RpcHarness rpc;
  CancelCall call(rpc, &v1::JobService::Stub::CancelJob, {});
  rpc.AnswerNext<CancelJob>(ViewOfJob(7, JobState::kCancelled));
  EXPECT_THAT(call.Finish(), GrpcOk());
  EXPECT_EQ(call.response().state(), v1::JOB_STATE_CANCELLED);
}

TEST(JobService, AListHasNoContentAndSaysWhereItGoesOn) {
  RpcHarness rpc;
  ListCall first(rpc, &v1::JobService::Stub::ListJobs, {});
  const auto command = rpc.AnswerNext<ListJobs>(JobListView{{ViewOfJob(9, JobState::kRunning)}, 9});
  EXPECT_EQ(command.page_size, 100);
  ASSERT_THAT(first.Finish(), GrpcOk());
  EXPECT_EQ(first.response().jobs(0).outputs(0).content_case(), v1::OutputStatus::CONTENT_NOT_SET);

  v1::ListJobsRequest request;
  request.set_page_token(first.response().next_page_token());
  request.set_page_size(5000);
  ListCall second(rpc, &v1::JobService::Stub::ListJobs, request);
  const auto next = rpc.AnswerNext<ListJobs>(JobListView{});
  EXPECT_EQ(next.before, 9u);
  EXPECT_EQ(next.page_size, 1000);
  ASSERT_THAT(second.Finish(), GrpcOk());
  EXPECT_EQ(second.response().next_page_token(), "");

  request.set_page_token("page two");
  ListCall third(rpc, &v1::JobService::Stub::ListJobs, request);
  EXPECT_THAT(third.Finish(), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "page two"));
}

TEST(JobService, AListOfBundlesSaysWhereItGoesOn) {
  using BundlesCall = Call<v1::ListBundlesRequest, v1::ListBundlesResponse>;
  RpcHarness rpc;
  BundlesCall first(rpc, &v1::JobService::Stub::ListBundles, {});
  const auto command =
      rpc.AnswerNext<ListBundles>(BundleListView{{Bundle{"default", "credit/model", 3, {}, {}, {}}}, "credit/model:3"});
  EXPECT_EQ(command.page_size, 100);
  EXPECT_EQ(command.after.name, "");
  ASSERT_THAT(first.Finish(), GrpcOk());
  EXPECT_EQ(first.response().bundles(0).version(), 3);

  v1::ListBundlesRequest request;
  request.set_page_token(first.response().next_page_token());
  request.set_page_size(5000);
  BundlesCall second(rpc, &v1::JobService::Stub::ListBundles, request);
  const auto next = rpc.AnswerNext<ListBundles>(BundleListView{});
  EXPECT_EQ(next.after.name, "credit/model");
  EXPECT_EQ(next.after.version, 3);
  EXPECT_EQ(next.page_size, 1000);
  ASSERT_THAT(second.Finish(), GrpcOk());
  EXPECT_EQ(second.response().next_page_token(), "");

  for (const char* const token : {"page two", "credit/model", "credit/model:0"}) {
    request.set_page_token(token);
    BundlesCall refused(rpc, &v1::JobService::Stub::ListBundles, request);
    EXPECT_THAT(refused.Finish(), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, token));
  }
}

TEST(JobService, OperationsAndReducersAreThoseOfTheRegistries) {
  RpcHarness rpc;
  Call<v1::ListOperationsRequest, v1::ListOperationsResponse> call(rpc, &v1::JobService::Stub::ListOperations, {});
  ASSERT_THAT(call.Finish(), GrpcOk());
  EXPECT_EQ(static_cast<size_t>(call.response().operations_size()), BuiltinPlanners().All().size());
  EXPECT_EQ(static_cast<size_t>(call.response().reducers_size()), UserReducers().size());
  EXPECT_GT(call.response().operations_size(), 0);
}

TEST(JobService, AnEmptyReplyIsEnoughForADrain) {
  RpcHarness rpc;
  v1::DrainWorkerRequest request;
  request.set_worker("w1");
  DrainCall call(rpc, &v1::JobService::Stub::DrainWorker, request);
  EXPECT_EQ(rpc.AnswerNext<DrainWorker>(std::monostate()).worker, "w1");
  EXPECT_THAT(call.Finish(), GrpcOk());
}

TEST(JobService, StoppingEndsCallsThatWait) {
  RpcHarness rpc(0, "127.0.0.1:0");  // closing an in-process transport may overtake the status
  GetCall call(rpc, &v1::JobService::Stub::GetJob, {});
  rpc.mailbox().Next<GetJob>();
  rpc.server().Stop();
  EXPECT_THAT(call.Finish(), GrpcFails(grpc::StatusCode::UNAVAILABLE, "stops"));
}

// Watching ------------------------------------------------------------------------------

class JobWatch {
 public:
  explicit JobWatch(RpcHarness& rpc) : stub_(v1::JobService::NewStub(rpc.channel())) {
    v1::WatchJobRequest request;
    request.set_job_id(7);
    reader_ = stub_->WatchJob(&context_, request);
  }
  v1::JobState Next() {
    v1::Job job;
    return reader_->Read(&job) ? job.state() : v1::JOB_STATE_UNSPECIFIED;
  }
  grpc::Status Finish() { return reader_->Finish(); }
  void Vanish() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::JobService::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<v1::Job>> reader_;
};

TEST(JobWatch, TheJobIsShownNowAfterEachChangeAndOnceMoreAtItsEnd) {
  RpcHarness rpc;
  JobWatch watch(rpc);
  rpc.AnswerNext<GetJob>(ViewOfJob(7, JobState::kPending));
  EXPECT_EQ(watch.Next(), v1::JOB_STATE_PENDING);
  EXPECT_TRUE(rpc.mailbox().empty());  // nothing changed: nothing is asked

  rpc.Release(JobChanged{{8}, false});  // another job
  rpc.Release(JobChanged{{7}, false});
  rpc.AnswerNext<GetJob>(ViewOfJob(7, JobState::kRunning));
  EXPECT_EQ(watch.Next(), v1::JOB_STATE_RUNNING);

  rpc.Release(JobChanged{{7}, true});
  rpc.AnswerNext<GetJob>(ViewOfJob(7, JobState::kSucceeded));
  EXPECT_EQ(watch.Next(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(watch.Next(), v1::JOB_STATE_UNSPECIFIED);
  EXPECT_THAT(watch.Finish(), GrpcOk());
}

TEST(JobWatch, AThousandChangesWhileItIsAskedForAreOneMoreQuestion) {
  RpcHarness rpc;
  JobWatch watch(rpc);
  const CallId call = rpc.mailbox().Next<GetJob>().call;
  for (int i = 0; i < 1000; ++i) rpc.Release(JobChanged{{7}, false});
  EXPECT_TRUE(rpc.mailbox().empty());
  rpc.Release(Reply{call, absl::OkStatus(), ViewOfJob(7, JobState::kRunning)});
  EXPECT_EQ(watch.Next(), v1::JOB_STATE_RUNNING);
  rpc.AnswerNext<GetJob>(ViewOfJob(7, JobState::kFailed));
  EXPECT_EQ(watch.Next(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(watch.Finish(), GrpcOk());
  EXPECT_TRUE(rpc.mailbox().empty());
}

TEST(JobWatch, AJobThatIsNotThereEndsTheStream) {
  RpcHarness rpc;
  JobWatch watch(rpc);
  rpc.Release(Reply{rpc.mailbox().Next<GetJob>().call, absl::NotFoundError("no job 7"), {}});
  EXPECT_EQ(watch.Next(), v1::JOB_STATE_UNSPECIFIED);
  EXPECT_THAT(watch.Finish(), GrpcFails(grpc::StatusCode::NOT_FOUND, "no job 7"));
}

TEST(JobWatch, OfSeveralWatchersOneMayVanish) {
  RpcHarness rpc;
  JobWatch first(rpc);
  rpc.AnswerNext<GetJob>(ViewOfJob(7, JobState::kRunning));
  EXPECT_EQ(first.Next(), v1::JOB_STATE_RUNNING);
  JobWatch second(rpc);
  rpc.AnswerNext<GetJob>(ViewOfJob(7, JobState::kRunning));
  EXPECT_EQ(second.Next(), v1::JOB_STATE_RUNNING);
  first.Vanish();
  rpc.Release(JobChanged{{7}, true});
  rpc.AnswerNext<GetJob>(ViewOfJob(7, JobState::kCancelled));
  EXPECT_EQ(second.Next(), v1::JOB_STATE_CANCELLED);
  EXPECT_THAT(second.Finish(), GrpcOk());
  while (first.Next() != v1::JOB_STATE_UNSPECIFIED) {
  }
  EXPECT_FALSE(first.Finish().ok());
}

TEST(JobWatch, StoppingEndsIt) {
  RpcHarness rpc(0, "127.0.0.1:0");  // closing an in-process transport may overtake the status
  JobWatch watch(rpc);
  rpc.mailbox().Next<GetJob>();
  rpc.server().Stop();
  EXPECT_EQ(watch.Next(), v1::JOB_STATE_UNSPECIFIED);
  EXPECT_THAT(watch.Finish(), GrpcFails(grpc::StatusCode::UNAVAILABLE, "stops"));
}

}  // namespace
}  // namespace mote::coordinator
