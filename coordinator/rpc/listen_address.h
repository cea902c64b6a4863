// "HOST:PORT" as --listen takes it. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace mote::coordinator {

// InvalidArgument: not HOST:PORT (or [V6HOST]:PORT) with a port of 0 to 65535.
absl::Status CheckListenAddress(std::string_view address);

// True when only this machine can reach the address: localhost, 127.0.0.0/8, ::1.
bool IsLoopback(std::string_view address);

// The address with its port replaced: "127.0.0.1:0", 7070 → "127.0.0.1:7070".
std::string WithPort(std::string_view address, int port);

// Binds the address for a moment: gRPC itself only logs why it cannot listen.
//
// Unavailable: no address of the host can be bound; says why ("Address already in use").
absl::Status TryListening(const std::string& address);

}  // namespace mote::coordinator
