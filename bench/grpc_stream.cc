// mote-grpc-stream: how fast gRPC alone brings bytes to processes that hash them.
//
//   mote-grpc-stream BYTES RECEIVERS
//
// A child process serves mote's own GetBlob messages, chunks of 1 MiB from memory, with the
// callback API on loopback. RECEIVERS more processes read a stream of BYTES each and take
// their SHA-256; nothing is stored. Prints one JSON object: bytes a second of all together,
// from the first receiver's start to the last one's end.
#include <grpcpp/grpcpp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "common/digest.h"
#include "mote/v1/artifact_service.grpc.pb.h"

namespace mote {
namespace {

constexpr int64_t kChunkBytes = 1 << 20;

class Stream final : public grpc::ServerWriteReactor<v1::GetBlobResponse> {
 public:
  explicit Stream(int64_t bytes) : left_(bytes) { WriteNext(); }
  void OnWriteDone(bool ok) override { ok ? WriteNext() : Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  void WriteNext() {
    static const std::string source(kChunkBytes, 'x');
    if (left_ <= 0) return Finish(grpc::Status::OK);
    response_.set_chunk(source.data(), static_cast<size_t>(std::min(left_, kChunkBytes)));
    left_ -= kChunkBytes;
    StartWrite(&response_);
  }

  int64_t left_;
  v1::GetBlobResponse response_;
};

class Server final : public v1::ArtifactService::CallbackService {
  grpc::ServerWriteReactor<v1::GetBlobResponse>* GetBlob(grpc::CallbackServerContext*,
                                                         const v1::GetBlobRequest* request) override {
    return new Stream(request->length());
  }
};

// Never returns; tells the port through the pipe.
[[noreturn]] void Serve(int pipe) {
  Server service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || write(pipe, &port, sizeof(port)) != sizeof(port)) std::_Exit(1);
  server->Wait();
  std::_Exit(0);
}

// The exit code of a receiver.
int Receive(int port, int64_t bytes) {
  const auto stub = v1::ArtifactService::NewStub(
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::GetBlobRequest request;
  request.set_length(bytes);
  const auto reader = stub->GetBlob(&context, request);
  v1::GetBlobResponse response;
  Sha256Stream digest;
  int64_t got = 0;
  while (reader->Read(&response)) {
    digest.Update(response.chunk());
    got += static_cast<int64_t>(response.chunk().size());
  }
  digest.Finish();
  return reader->Finish().ok() && got == bytes ? 0 : 1;
}

// A process that ends with this one.
template <class F>
pid_t Spawn(const F& run) {
  const pid_t child = fork();  // before gRPC has threads
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::_Exit(run());
}

int Measure(int64_t bytes, int receivers) {
  int pipes[2];
  int port = 0;
  if (pipe(pipes) != 0) return 1;
  const pid_t server = Spawn([&]() -> int { Serve(pipes[1]); });
  if (server < 0 || read(pipes[0], &port, sizeof(port)) != sizeof(port)) return 1;
  const auto start = std::chrono::steady_clock::now();
  std::vector<pid_t> children;
  for (int i = 0; i < receivers; ++i) children.push_back(Spawn([&] { return Receive(port, bytes); }));
  bool ok = true;
  for (const pid_t child : children) {
    int status = 0;
    ok = waitpid(child, &status, 0) == child && status == 0 && ok;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  kill(server, SIGKILL);
  if (!ok) std::fprintf(stderr, "mote-grpc-stream: a receiver failed\n");
  const double total = static_cast<double>(bytes) * receivers;
  std::printf("{\"bytes\": %lld, \"receivers\": %d, \"seconds\": %.4f, \"bytes_per_second\": %.0f}\n",
              static_cast<long long>(bytes), receivers, seconds, total / seconds);
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace mote

int main(int argc, char** argv) {
  const long long bytes = argc == 3 ? std::atoll(argv[1]) : 0;
  const int receivers = argc == 3 ? std::atoi(argv[2]) : 0;
  if (bytes < 1 || receivers < 1 || receivers > 64) {
    std::fprintf(stderr, "usage: mote-grpc-stream BYTES RECEIVERS (1 to 64)\n");
    return 2;
  }
  return mote::Measure(bytes, receivers);
}
