// mote-worker: leases blocks of tasks from a coordinator and has engines run them.
//
// Exit codes: 0 drained, 1 failed, 2 usage, 3 refused (another version).
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/freed_memory.h"
#include "common/grpc_polling.h"
#include "common/host_port.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"
#include "worker/supervisor/blob_address.h"
#include "worker/supervisor/blob_server.h"
#include "worker/supervisor/supervisor.h"
#include "worker/wire/descendants.h"

namespace mote::worker {
namespace {

// SIGTERM and SIGINT arrive at one thread; all others, made later, inherit the mask.
sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// What signals drain; empty before and after the supervisor's life.
struct Drained {
  std::mutex mutex;
  Supervisor* supervisor = nullptr;

  void Set(Supervisor* to) {
    const std::lock_guard<std::mutex> lock(mutex);
    supervisor = to;
  }
};

// The first signal drains; the second ends the process, and with it its engines.
void WaitForSignals(const sigset_t signals, const std::shared_ptr<Drained>& drained) {
  int number = 0;
  sigwait(&signals, &number);
  {
    const std::lock_guard<std::mutex> lock(drained->mutex);
    if (drained->supervisor != nullptr) drained->supervisor->Drain();
  }
  sigwait(&signals, &number);
  _exit(kExitFailed);
}

// Where other workers fetch what this one keeps. nullptr: nowhere, for want of an
// address that may be used.
absl::StatusOr<std::unique_ptr<BlobServer>> Serve(const Options& options, const KeptPartials& kept) {
  const bool chosen = !options.blob_address.empty();
  absl::StatusOr<std::string> address = chosen ? options.blob_address : AddressTowards(options.coordinator);
  absl::Status refusal = address.status();
  if (address.ok() && !IsLoopback(*address) && !options.insecure) {
    refusal = absl::FailedPreconditionError(
        absl::StrCat(*address,
                     " can be reached from other machines and is not encrypted; add --insecure on a trusted "
                     "network, or choose another --blob-address"));
  }
  if (refusal.ok()) return BlobServer::Start(*address, kept);
  if (chosen) return refusal;
  spdlog::warn("large partials are put at the coordinator, not served from here: {}", std::string(refusal.message()));
  return std::unique_ptr<BlobServer>();
}

int Run(const Options& options, const sigset_t signals) {
  auto store = StoreDirectory::Open(options.store_dir);
  if (!store.ok()) {
    spdlog::error("{}", std::string(store.status().message()));
    return kExitFailed;
  }
  auto cache = BlobCache::Open((*store)->blobs(), options.cache_bytes_max);
  if (!cache.ok()) {
    spdlog::error("{}", std::string(cache.status().message()));
    return kExitFailed;
  }
  auto kept = KeptPartials::Open((*store)->partials(), **cache);
  if (!kept.ok()) {
    spdlog::error("{}", std::string(kept.status().message()));
    return kExitFailed;
  }
  auto server = Serve(options, **kept);
  if (!server.ok()) {
    spdlog::error("{}", std::string(server.status().message()));
    return kExitFailed;
  }
  wire::AdoptOrphans();
  Supervisor supervisor(options, **store, **cache, **kept, *server == nullptr ? "" : (*server)->address());
  const auto drained = std::make_shared<Drained>();
  drained->Set(&supervisor);
  std::thread(WaitForSignals, signals, drained).detach();
  const int exit_code = supervisor.Run();
  drained->Set(nullptr);
  return exit_code;
}

}  // namespace
}  // namespace mote::worker

int main(int argc, char** argv) {
  mote::KeepFreedBuffers();
  mote::ReconnectPromptly();
  const auto options = mote::worker::ParseOptions(argc, argv);
  if (const int* exit_code = std::get_if<int>(&options)) return *exit_code;
  spdlog::set_default_logger(spdlog::stderr_color_mt("mote-worker"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  const sigset_t signals = mote::worker::BlockEndSignals();
  const int exit_code = mote::worker::Run(std::get<mote::worker::Options>(options), signals);
  spdlog::shutdown();
  _exit(exit_code);
}
