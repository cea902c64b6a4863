// An ArtifactService, as the worker uses it: the coordinator's or another worker's.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/digest.h"
#include "mote/v1/artifact_service.grpc.pb.h"

namespace mote::worker {

// Thread-safe. Calls block; Stop ends them.
class BlobClient {
 public:
  // `name`: who that is, for messages. `timeout`: of one call.
  BlobClient(const std::shared_ptr<grpc::Channel>& channel, std::string name, absl::Duration timeout)
      : stub_(mote::v1::ArtifactService::NewStub(channel)), name_(std::move(name)), timeout_(timeout) {}

  // A whole blob, verified.
  //
  //   Unavailable  it cannot be reached, or is too slow: try again
  //   DataLoss     the bytes do not hash to the digest
  //   NotFound     it is not stored there
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

  absl::Status ToStatus(const grpc::Status& status) const;

  const std::unique_ptr<mote::v1::ArtifactService::Stub> stub_;
  const std::string name_;
  const absl::Duration timeout_;
  std::mutex mutex_;
  std::set<grpc::ClientContext*> calls_;
  bool stopped_ = false;
};

}  // namespace mote::worker
