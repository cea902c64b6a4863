// The worker's supervisor: one loop that connects the session (what to do), the
// stream (the coordinator), the slots (engines) and the transfers (blobs).
//
//   stream ─► session ─► actions ─► slots ─► engines
//     ▲                               │
//     └── session ◄── transfers ◄─────┘   reports, once their blobs are stored
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mote/v1/worker_service.grpc.pb.h"
#include "worker/session/session.h"
#include "worker/supervisor/blob_cache.h"
#include "worker/supervisor/blob_client.h"
#include "worker/supervisor/blob_locations.h"
#include "worker/supervisor/engine_log.h"
#include "worker/supervisor/engine_slot.h"
#include "worker/supervisor/kept_partials.h"
#include "worker/supervisor/mailbox.h"
#include "worker/supervisor/options.h"
#include "worker/supervisor/peers.h"
#include "worker/supervisor/session_stream.h"
#include "worker/supervisor/store_directory.h"
#include "worker/supervisor/transfers.h"

namespace mote::worker {

inline constexpr int kExitFailed = 1;
inline constexpr int kExitRefused = 3;  // the coordinator is of another version

// Everything but Drain belongs to the thread that calls Run.
class Supervisor : private SlotOwner {
 public:
  // All must outlive it. `blob_address`: where others can fetch what is kept; empty:
  // nowhere, so that large partials are put at the coordinator.
  Supervisor(const Options& options, const StoreDirectory& store, BlobCache& cache, KeptPartials& kept,
             std::string blob_address);
  ~Supervisor() override;

  // Works until it is drained or refused. Returns the process's exit code.
  int Run();

  // From any thread: finish what is held, give it back, end Run.
  void Drain() { drain_requested_ = true; }

 private:
  void OnEngineReady(int slot, const mote::engine::v1::Ready& ready) override;
  void OnEngineDown(int slot, int starts_failed, const std::string& why) override;
  void OnBlobRequest(int slot, uint64_t engine, const mote::engine::v1::BlobRequest& request) override;
  void OnBlockDone(const RunLease& lease, mote::engine::v1::BlockDone done, const SlotTurn& turn) override;
  void OnBlockLost(const RunLease& lease, Failure failure, absl::Duration slot_time) override;

  void OnResponse(uint64_t stream, const mote::v1::SessionResponse& response);
  void Take(const mote::v1::SessionResponse& response, absl::Time now);
  void OnStreamClosed(uint64_t stream, const grpc::Status& status);
  void OnSent(uint64_t lease, PassId tree, Report report, const Sent& sent);
  void Finish(uint64_t lease, PassId tree, Report report);
  absl::Status Keep(PassId tree, const Report& report);
  // Blobs of the partials that this worker cannot keep.
  std::vector<Digest> BlobsToPut(const Report& report) const;
  void Step();
  void Flush();

  void Perform(Actions actions);
  void Do(const Connect& action);
  void Do(const Disconnect& action);
  void Do(const SendReport& action);
  void Do(const SendHeartbeat& action);
  void Do(const SendSlotState& action);
  void Do(const SendLog& action);
  void Do(const SendDraining& action);
  void Do(const SendGoodbye& action);
  void Do(const DefinePass& action);
  void Do(const ForgetPass& action);
  void Do(const RunLease& action);
  void Do(const ReleasePartials& action);
  void Do(const CancelLease& action);
  void Do(const ShortenLease& action);
  void Do(const Exit& action);
  void Send(mote::v1::SessionRequest message);

  const Options& options_;
  Mailbox mailbox_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<mote::v1::WorkerService::Stub> stub_;
  BlobCache& cache_;
  KeptPartials& kept_;
  const std::string blob_address_;
  BlobClient blobs_;
  Peers peers_;
  BlobLocations locations_;
  PassMessages passes_;
  Session session_;
  EngineLog log_;
  std::vector<std::unique_ptr<EngineSlot>> slots_;
  std::vector<mote::engine::v1::Ready> described_;  // what each slot's first engine said
  std::vector<bool> is_described_;
  bool all_described_ = false;
  // Reports that wait for their blobs, and the flag that gives up the wait.
  std::map<uint64_t, std::shared_ptr<std::atomic<bool>>> sending_;
  std::unique_ptr<Transfers> transfers_;

  uint64_t stream_number_ = 0;
  std::unique_ptr<SessionStream> stream_;
  std::optional<Epoch> epoch_;
  bool unreachable_logged_ = false;
  absl::Time last_step_;
  std::optional<int> exit_code_;
  std::atomic<bool> drain_requested_ = false;
};

}  // namespace mote::worker
