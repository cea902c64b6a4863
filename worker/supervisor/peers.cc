#include "worker/supervisor/peers.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/host_port.h"

namespace mote::worker {
namespace {

// Connections that are kept: workers come and go under ever new addresses.
constexpr size_t kClientsMax = 256;
// Of one blob. A worker that does not answer is lost after a few seconds, and what it
// has is computed again: no use to wait for it as long as for the coordinator.
constexpr absl::Duration kBlobTimeout = absl::Seconds(20);

std::shared_ptr<BlobClient> Dial(const std::string& address) {
  grpc::ChannelArguments arguments;
  // A worker that is gone is noticed at once; the caller backs off by itself.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  return std::make_shared<BlobClient>(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments),
                                      absl::StrCat("worker at ", address), kBlobTimeout, IsLoopback(address));
}

}  // namespace

absl::StatusOr<FetchedBlob> Peers::Get(const std::string& address, const Digest& digest) {
  std::shared_ptr<BlobClient> client;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) return absl::UnavailableError("the worker stops");
    if (clients_.size() >= kClientsMax && !clients_.contains(address)) clients_.erase(clients_.begin());
    std::shared_ptr<BlobClient>& known = clients_[address];
    if (known == nullptr) known = Dial(address);
    client = known;
  }
  return client->Get(digest);
}

void Peers::Stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  for (const auto& [address, client] : clients_) client->Stop();
}

}  // namespace mote::worker
