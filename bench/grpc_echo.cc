// mote-grpc-echo: what a round trip costs between two processes that do nothing else.
//
//   mote-grpc-echo COUNT
//
// A child process serves mote's own messages with gRPC's callback API, on loopback; this one
// calls it, one call after another. Prints one JSON object: p50 in milliseconds of a unary
// call (GetJob), and of one message there and back on a stream (Session).
#include <grpcpp/grpcpp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mote/v1/job_service.grpc.pb.h"
#include "mote/v1/worker_service.grpc.pb.h"

namespace mote {
namespace {

class Jobs final : public v1::JobService::CallbackService {
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context, const v1::GetJobRequest* request,
                                   v1::Job* job) override {
    job->set_id(request->job_id());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class EchoStream final : public grpc::ServerBidiReactor<v1::SessionRequest, v1::SessionResponse> {
 public:
  EchoStream() { StartRead(&request_); }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_.mutable_heartbeat_ack()->set_sequence(request_.heartbeat().sequence());
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (ok) StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  v1::SessionRequest request_;
  v1::SessionResponse response_;
};

class Workers final : public v1::WorkerService::CallbackService {
  grpc::ServerBidiReactor<v1::SessionRequest, v1::SessionResponse>* Session(grpc::CallbackServerContext*) override {
    return new EchoStream;
  }
};

// Never returns; tells the port through the pipe.
[[noreturn]] void Serve(int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Jobs jobs;
  Workers workers;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&jobs);
  builder.RegisterService(&workers);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || write(pipe, &port, sizeof(port)) != sizeof(port)) std::_Exit(1);
  server->Wait();
  std::_Exit(0);
}

double MedianMilliseconds(int count, const std::function<bool()>& once) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> milliseconds;
  for (int i = 0; i < count + count / 10; ++i) {
    const auto start = Clock::now();
    if (!once()) {
      std::fprintf(stderr, "mote-grpc-echo: a call failed\n");
      std::exit(1);
    }
    if (i >= count / 10) {  // connections and caches
      milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
  }
  std::nth_element(milliseconds.begin(), milliseconds.begin() + count / 2, milliseconds.end());
  return milliseconds[static_cast<size_t>(count) / 2];
}

void Call(int port, int count) {
  const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials());
  const auto jobs = v1::JobService::NewStub(channel);
  const double unary = MedianMilliseconds(count, [&] {
    grpc::ClientContext context;
    v1::GetJobRequest request;
    v1::Job job;
    return jobs->GetJob(&context, request, &job).ok();
  });
  const auto workers = v1::WorkerService::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = workers->Session(&context);
  const double message = MedianMilliseconds(count, [&] {
    v1::SessionRequest request;
    request.mutable_heartbeat()->set_sequence(1);
    v1::SessionResponse response;
    return stream->Write(request) && stream->Read(&response);
  });
  context.TryCancel();
  std::printf("{\"count\": %d, \"unary_p50_ms\": %.4f, \"stream_p50_ms\": %.4f}\n", count, unary, message);
}

}  // namespace
}  // namespace mote

int main(int argc, char** argv) {
  const int count = argc == 2 ? std::atoi(argv[1]) : 0;
  if (count < 10) {
    std::fprintf(stderr, "usage: mote-grpc-echo COUNT (at least 10)\n");
    return 2;
  }
  int pipes[2];
  if (pipe(pipes) != 0) return 1;
  const pid_t child = fork();  // before gRPC has threads
  if (child == 0) mote::Serve(pipes[1]);
  int port = 0;
  if (child < 0 || read(pipes[0], &port, sizeof(port)) != sizeof(port)) return 1;
  mote::Call(port, count);
  kill(child, SIGKILL);
  return 0;
}
