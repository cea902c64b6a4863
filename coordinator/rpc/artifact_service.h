// ArtifactService: blobs in and out, in chunks of at most 1 MiB.
//
// Thread-safe. The disk is touched by disk threads alone; at most one blob per call
// is in memory; at most `kPutsMax` calls put at a time, and at most `kFramesMax` read
// compressed bytes (others get plain ones, which lie in the page cache).
#pragma once

#include <atomic>

#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/artifacts/disk_threads.h"
#include "mote/v1/artifact_service.grpc.pb.h"

namespace mote::coordinator {

inline constexpr size_t kChunkBytesMax = 1 << 20;

class ArtifactService : public v1::ArtifactService::CallbackService {
 public:
  static constexpr int kPutsMax = 64;
  static constexpr int kFramesMax = 32;

  // Both outlive every call.
  ArtifactService(ArtifactStore& store, DiskThreads& disk) : store_(store), disk_(disk) {}

  grpc::ServerReadReactor<v1::PutBlobRequest>* PutBlob(grpc::CallbackServerContext* context,
                                                       v1::PutBlobResponse* response) override;
  grpc::ServerWriteReactor<v1::GetBlobResponse>* GetBlob(grpc::CallbackServerContext* context,
                                                         const v1::GetBlobRequest* request) override;
  grpc::ServerUnaryReactor* FindMissingBlobs(grpc::CallbackServerContext* context,
                                             const v1::FindMissingBlobsRequest* request,
                                             v1::FindMissingBlobsResponse* response) override;

 private:
  ArtifactStore& store_;
  DiskThreads& disk_;
  std::atomic<int> puts_{0};
  std::atomic<int> frames_{0};
};

}  // namespace mote::coordinator
