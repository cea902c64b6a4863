// gRPC's codes as absl::Status, with what to do about them. Internal to this folder.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace mote::client {

// The same code. UNAVAILABLE and DEADLINE_EXCEEDED name `address` and the remedy;
// other messages are the coordinator's own.
absl::Status FromGrpc(const grpc::Status& status, const std::string& address);

// "no coordinator answers at HOST:PORT; start one …"
absl::Status NoCoordinator(const std::string& address, const std::string& detail);

}  // namespace mote::client
