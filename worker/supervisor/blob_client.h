// An ArtifactService, as the worker uses it: the coordinator's or another worker's.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
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
#include "common/transfer/link_cost.h"
#include "mote/v1/artifact_service.grpc.pb.h"

namespace mote::worker {

struct FetchedBlob {
  std::string bytes;
  int64_t wire_bytes = 0;  // that came over the network for it
};

// Thread-safe. Calls block; Stop ends them. Blobs travel compressed where the link's own
// measurements say that it pays (link_cost.h), each way apart.
class BlobClient {
 public:
  // `name`: who that is, for messages. `timeout`: of one call. `loopback`: it is on this
  // machine.
  BlobClient(const std::shared_ptr<grpc::Channel>& channel, std::string name, absl::Duration timeout, bool loopback)
      : stub_(mote::v1::ArtifactService::NewStub(channel)),
        name_(std::move(name)),
        timeout_(timeout),
        down_(loopback),
        up_(loopback) {}

  // A whole blob, verified.
  //
  //   Unavailable  it cannot be reached, or is too slow: try again
  //   DataLoss     the bytes do not hash to the digest
  //   NotFound     it is not stored there
  absl::StatusOr<FetchedBlob> Get(const Digest& digest);

  // Returns once the coordinator has stored it (durably, unless `is_volatile`); the bytes
  // that went over the network.
  //
  //   Unavailable, ResourceExhausted  try again later
  //   InvalidArgument                 refused for good
  absl::StatusOr<int64_t> Put(const Digest& digest, std::string_view bytes, bool is_volatile);

  // Which of these the coordinator lacks. Errors as Put's.
  absl::StatusOr<std::set<Digest>> FindMissing(const std::vector<Digest>& digests);

  // Cancels the calls under way and all later ones.
  void Stop();

 private:
  class Call;
  class Transfer;

  // `trusting`: the answer is hashed here, not there, and may be compressed.
  absl::StatusOr<FetchedBlob> GetOnce(const Digest& digest, bool trusting);
  absl::Status Send(const Digest& digest, std::string_view bytes, bool is_volatile, mote::v1::BlobEncoding encoding);
  absl::Status ToStatus(const grpc::Status& status) const;

  const std::unique_ptr<mote::v1::ArtifactService::Stub> stub_;
  const std::string name_;
  const absl::Duration timeout_;
  LinkCost down_, up_;
  std::atomic<bool> takes_zstd_{false};  // what the other side said
  std::mutex mutex_;
  std::set<grpc::ClientContext*> calls_;
  bool stopped_ = false;
};

}  // namespace mote::worker
