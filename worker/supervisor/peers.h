// Other workers, as those that have blobs.
//
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "common/digest.h"
#include "worker/supervisor/blob_client.h"

namespace mote::worker {

class Peers {
 public:
  // A whole blob from the worker that serves at `address`, verified. Blocks. Errors
  // as BlobClient::Get's.
  absl::StatusOr<FetchedBlob> Get(const std::string& address, const Digest& digest);

  // Cancels the calls under way and all later ones.
  void Stop();

 private:
  std::mutex mutex_;
  bool stopped_ = false;
  std::map<std::string, std::shared_ptr<BlobClient>> clients_;  // by address
};

}  // namespace mote::worker
