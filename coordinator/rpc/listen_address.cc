#include "coordinator/rpc/listen_address.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/files/posix_file.h"
#include "common/host_port.h"

namespace mote::coordinator {
namespace {

absl::Status CannotListen(const std::string& address, std::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", address, ": ", std::string(why), "; choose another --listen"));
}

// False with errno set: the address cannot be listened on.
bool Bind(const addrinfo& address) {
  const FileDescriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return false;
  const int reuse = 1;  // as gRPC does: connections that linger are no obstacle
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
  return ::bind(socket.get(), address.ai_addr, address.ai_addrlen) == 0 && ::listen(socket.get(), 1) == 0;
}

}  // namespace

absl::Status CheckListenAddress(std::string_view address) {
  const auto [host, port_text] = SplitHostPort(address);
  const bool bare_v6 = host.find(':') != std::string::npos && address.front() != '[';
  int port = -1;
  if (!host.empty() && !bare_v6 && absl::SimpleAtoi(port_text, &port) && port >= 0 && port <= 65535) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", std::string(address),
                                                 "\" is not HOST:PORT with a port of 0 to 65535; "
                                                 "for example 127.0.0.1:7070 or [::1]:7070"));
}

absl::Status TryListening(const std::string& address) {
  const auto [host, port] = SplitHostPort(address);
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); code != 0) {
    return CannotListen(address, ::gai_strerror(code));
  }
  std::string why;
  bool bound = false;
  for (const addrinfo* at = found; at != nullptr && !bound; at = at->ai_next) {
    bound = Bind(*at);
    if (!bound) why = std::strerror(errno);
  }
  ::freeaddrinfo(found);
  return bound ? absl::OkStatus() : CannotListen(address, why);
}

}  // namespace mote::coordinator
