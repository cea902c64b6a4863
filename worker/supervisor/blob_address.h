// Where a worker serves what it keeps, unless --blob-address says it.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mote::worker {

// This machine's address by which it reaches `coordinator` ("host:port"), with port
// 0: "127.0.0.1:0", "[::1]:0".
//
// Unavailable: the coordinator's name cannot be resolved, or there is no route to it.
absl::StatusOr<std::string> AddressTowards(const std::string& coordinator);

// True when only this machine can reach the address: localhost, 127.0.0.0/8, ::1.
bool IsLoopback(std::string_view address);

}  // namespace mote::worker
