// Serves the partials that this worker keeps to other workers, by digest and range.
//
// Plaintext and without authentication, like the coordinator: on loopback only,
// unless the user said --insecure.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/supervisor/kept_partials.h"

namespace mote::worker {

class BlobServer {
 public:
  // `address`: HOST:PORT, port 0 picks one. `kept` must outlive it.
  //
  // Unavailable: the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<BlobServer>> Start(const std::string& address, const KeptPartials& kept);
  // Ends the calls under way.
  ~BlobServer();
  BlobServer(const BlobServer&) = delete;
  BlobServer& operator=(const BlobServer&) = delete;

  // HOST:PORT with the port that was picked.
  const std::string& address() const { return address_; }

 private:
  class Service;

  BlobServer(std::unique_ptr<Service> service, std::unique_ptr<grpc::Server> server, std::string address);

  const std::unique_ptr<Service> service_;
  const std::unique_ptr<grpc::Server> server_;
  const std::string address_;
};

}  // namespace mote::worker
