// "HOST:PORT" as --listen takes it. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace mote::coordinator {

// InvalidArgument: not HOST:PORT (or [V6HOST]:PORT) with a port of 0 to 65535.
absl::Status CheckListenAddress(std::string_view address);

// Binds the address for a moment: gRPC itself only logs why it cannot listen.
//
// Unavailable: no address of the host can be bound; says why ("Address already in use").
absl::Status TryListening(const std::string& address);

}  // namespace mote::coordinator
