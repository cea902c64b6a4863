// "HOST:PORT" and "[V6HOST]:PORT". Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace mote {

struct HostPort {
  std::string host;  // without brackets
  std::string port;  // empty: none was given
};

HostPort SplitHostPort(std::string_view address);

// True when only this machine can reach the address: localhost, 127.0.0.0/8, ::1.
bool IsLoopback(std::string_view address);

// The address with its port replaced: "127.0.0.1:0", 7070 → "127.0.0.1:7070".
std::string WithPort(std::string_view address, int port);

}  // namespace mote
