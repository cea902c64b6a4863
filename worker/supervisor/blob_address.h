// Where a worker serves what it keeps, unless --blob-address says it.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace mote::worker {

// This machine's address by which it reaches `coordinator` ("host:port"), with port
// 0: "127.0.0.1:0", "[::1]:0".
//
// Unavailable: the coordinator's name cannot be resolved, or there is no route to it.
absl::StatusOr<std::string> AddressTowards(const std::string& coordinator);

}  // namespace mote::worker
