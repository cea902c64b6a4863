// The engine process: a control thread that answers at once, and a compute thread.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/files/blob_files.h"
#include "mote/engine/v1/engine.pb.h"
#include "worker/engine/block_runner.h"
#include "worker/engine/device.h"
#include "worker/engine/engine_context.h"
#include "worker/engine/kernel_library.h"
#include "worker/engine/pass_table.h"
#include "worker/engine/work_queue.h"
#include "worker/wire/frame.h"
#include "worker/wire/task_mark.h"

namespace mote::engine {

// Serves one supervisor until it closes the socket or sends Shutdown.
class Engine {
 public:
  // All must outlive the engine.
  Engine(wire::FrameSocket& socket, BlobFiles& files, KernelLibrary& library, wire::TaskMark& mark,
         EngineOptions options)
      : socket_(socket), files_(files), library_(library), mark_(mark), options_(std::move(options)) {}

  // Sends Ready, then runs blocks. Returns when the supervisor is done with this
  // engine; the process must then end at once (a task may still be running).
  //
  // Errors
  //   Unavailable, InvalidArgument  the socket failed, or carried no valid frame
  absl::Status Serve(const DeviceDescription& device);

 private:
  struct Fetch {
    Digest digest;
    bool ahead = false;  // nobody waits for it yet
    bool done = false;
    absl::StatusOr<int64_t> network_bytes = 0;
  };

  absl::Status Handle(const mote::engine::v1::SupervisorMessage& message);
  absl::Status AnswerPing(uint64_t sequence);
  absl::Status Cancel(uint64_t lease);
  void FinishFetch(const mote::engine::v1::BlobReply& reply);

  void Compute();
  // True: the device is lost and with it this process.
  bool RunOne(const RunBlock& block);
  absl::StatusOr<int64_t> FetchBlob(const Digest& digest);
  void FetchAhead(const Digest& digest);
  // Asks for a blob; the number of the request.
  absl::StatusOr<uint64_t> Ask(const Digest& digest, bool ahead);
  // The request for a blob that was fetched ahead, now waited for; 0: there is none.
  uint64_t Claim(const Digest& digest);

  wire::FrameSocket& socket_;
  BlobFiles& files_;
  KernelLibrary& library_;
  wire::TaskMark& mark_;
  const EngineOptions options_;
  WorkQueue queue_;

  std::mutex fetch_mutex_;
  std::condition_variable fetched_;
  uint64_t next_request_ = 1;
  std::map<uint64_t, Fetch> fetches_;  // asked for and not yet taken

  // The compute thread's.
  std::unique_ptr<EngineContext> context_;
  std::unique_ptr<PassTable> passes_;
  std::unique_ptr<BlockRunner> runner_;
};

}  // namespace mote::engine
