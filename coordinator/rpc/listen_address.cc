#include "coordinator/rpc/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/files/posix_file.h"

namespace mote::coordinator {
namespace {

// Host without brackets, and port. Without a colon: no port.
std::pair<std::string, std::string> Split(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return {std::string(address), ""};
  std::string_view host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return {std::string(host), std::string(address.substr(colon + 1))};
}

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
  const auto [host, port_text] = Split(address);
  const bool bare_v6 = host.find(':') != std::string::npos && address.front() != '[';
  int port = -1;
  if (!host.empty() && !bare_v6 && absl::SimpleAtoi(port_text, &port) && port >= 0 && port <= 65535) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", std::string(address),
                                                 "\" is not HOST:PORT with a port of 0 to 65535; "
                                                 "for example 127.0.0.1:7070 or [::1]:7070"));
}

bool IsLoopback(std::string_view address) {
  const std::string host = Split(address).first;
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "localhost" || host == "::1";
}

std::string WithPort(std::string_view address, int port) {
  return absl::StrCat(std::string(address.substr(0, address.rfind(':'))), ":", port);
}

absl::Status TryListening(const std::string& address) {
  const auto [host, port] = Split(address);
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
