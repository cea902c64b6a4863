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

// Tries to bind, and says why that does not work: "Address already in use".
std::string WhyNotListening(const std::string& address);

}  // namespace mote::coordinator
