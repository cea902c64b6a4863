// The coordinator's ArtifactService, as the worker uses it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/digest.h"
#include "mote/v1/artifact_service.grpc.pb.h"

namespace mote::worker {

// Thread-safe. Calls block; Stop ends them.
class BlobClient {
 public:
  explicit BlobClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(mote::v1::ArtifactService::NewStub(channel)) {}

  // A whole blob, verified.
  //
  //   Unavailable  the coordinator cannot be reached, or is too slow: try again
  //   DataLoss     the bytes do not hash to the digest
  //   NotFound     the coordinator does not have it
  absl::StatusOr<std::string> Get(const Digest& digest);

  // Returns once the coordinator has stored it (durably, unless `is_volatile`).
  //
  //   Unavailable, ResourceExhausted  try again later
  //   InvalidArgument                 refused for good
  absl::Status Put(const Digest& digest, std::string_view bytes, bool is_volatile);

  // Which of these the coordinator lacks. Errors as Put's.
  absl::StatusOr<std::set<Digest>> FindMissing(const std::vector<Digest>& digests);

  // Cancels the calls under way and all later ones.
  void Stop();

 private:
  class Call;

  const std::unique_ptr<mote::v1::ArtifactService::Stub> stub_;
  std::mutex mutex_;
  std::set<grpc::ClientContext*> calls_;
  bool stopped_ = false;
};

}  // namespace mote::worker
