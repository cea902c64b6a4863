// mote-artifact-pull: an artifact into a worker's store, by the worker's own transfers.
//
//   mote-artifact-pull put COORDINATOR FILE
//   mote-artifact-pull get COORDINATOR ARTIFACT STORE_DIR
//
// `put` brings a file to the coordinator, as a client does, and prints its name. `get` brings
// every blob of the artifact into the store directory, verified, with as many under way as an
// engine that reads forward has. Prints one JSON object.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "common/freed_memory.h"
#include "common/host_port.h"
#include "common/status_macros.h"
#include "worker/supervisor/transfers.h"

namespace mote::worker {
namespace {

constexpr int kUnderWay = 5;  // what a task waits for, and four ahead of it
constexpr int kThreads = 4;

absl::Status Put(const std::string& coordinator, const std::string& file) {
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<client::Client> client, client::Client::Connect(coordinator));
  MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, client->PutFile(file));
  std::printf("{\"artifact\": \"%s\"}\n", artifact.ToString().c_str());
  return absl::OkStatus();
}

// Fetches blobs, a few at a time. Not thread-safe.
class Puller {
 public:
  explicit Puller(Transfers& transfers) : transfers_(transfers) {}
  ~Puller() { Wait(0); }

  // Waits until there is room for one more.
  void Fetch(const Digest& digest) {
    Wait(kUnderWay - 1);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++under_way_;
    }
    transfers_.Fetch(digest, "", [this](const absl::StatusOr<int64_t>& bytes) {
      const std::lock_guard<std::mutex> lock(mutex_);
      --under_way_;
      bytes_ += bytes.value_or(0);
      if (!bytes.ok()) status_ = bytes.status();
      changed_.notify_all();
    });
  }
  // The bytes that came over the network.
  absl::StatusOr<int64_t> Finish() {
    Wait(0);
    MOTE_RETURN_IF_ERROR(status_);
    return bytes_;
  }

 private:
  void Wait(int left) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ <= left; });
  }

  Transfers& transfers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int under_way_ = 0;
  int64_t bytes_ = 0;
  absl::Status status_;
};

absl::Status Get(const std::string& coordinator, const std::string& name, const std::string& directory) {
  MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(name));
  MOTE_ASSIGN_OR_RETURN(const auto cache, BlobCache::Open(directory + "/blobs", int64_t{1} << 40));
  MOTE_ASSIGN_OR_RETURN(const auto kept, KeptPartials::Open(directory + "/partials", *cache));
  BlobClient client(grpc::CreateChannel(coordinator, grpc::InsecureChannelCredentials()), "coordinator",
                    absl::Seconds(60), IsLoopback(coordinator));
  Peers peers;
  Transfers transfers(*cache, *kept, client, peers, kThreads);
  const auto start = std::chrono::steady_clock::now();
  int64_t bytes = 0;
  {
    Puller manifest_puller(transfers);
    manifest_puller.Fetch(artifact.digest);
    MOTE_ASSIGN_OR_RETURN(bytes, manifest_puller.Finish());
  }
  MOTE_ASSIGN_OR_RETURN(const auto encoded, cache->Read(artifact.digest));
  MOTE_ASSIGN_OR_RETURN(const Manifest manifest, Manifest::Decode(encoded->bytes()));
  Puller puller(transfers);
  for (const BlobRef& blob : manifest.blobs) puller.Fetch(blob.digest);
  MOTE_ASSIGN_OR_RETURN(const int64_t content, puller.Finish());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("{\"wire_bytes\": %lld, \"bytes\": %lld, \"seconds\": %.4f}\n", static_cast<long long>(bytes + content),
              static_cast<long long>(manifest.bytes()), seconds);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  KeepFreedBuffers();  // as workers do
  const std::string verb = argc > 1 ? argv[1] : "";
  absl::Status status =
      absl::InvalidArgumentError("usage: mote-artifact-pull put COORDINATOR FILE | get COORDINATOR ARTIFACT STORE_DIR");
  if (verb == "put" && argc == 4) status = Put(argv[2], argv[3]);
  if (verb == "get" && argc == 5) status = Get(argv[2], argv[3], argv[4]);
  if (!status.ok()) std::fprintf(stderr, "mote-artifact-pull: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace mote::worker

int main(int argc, char** argv) { return mote::worker::Main(argc, argv); }
