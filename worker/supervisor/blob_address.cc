#include "worker/supervisor/blob_address.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/files/posix_file.h"
#include "common/host_port.h"

namespace mote::worker {
namespace {

// The local end of a datagram socket that is connected to `to`: nothing is sent.
// Empty with errno set: there is no route.
std::string LocalHost(const addrinfo& to) {
  const FileDescriptor socket(::socket(to.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0 || ::connect(socket.get(), to.ai_addr, to.ai_addrlen) != 0) return "";
  sockaddr_storage local{};
  socklen_t size = sizeof(local);
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0) return "";
  std::array<char, NI_MAXHOST> host{};
  const int code = ::getnameinfo(reinterpret_cast<const sockaddr*>(&local), size, host.data(), host.size(), nullptr, 0,
                                 NI_NUMERICHOST);
  return code == 0 ? host.data() : "";
}

}  // namespace

absl::StatusOr<std::string> AddressTowards(const std::string& coordinator) {
  const auto [host, port] = SplitHostPort(coordinator);
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); code != 0) {
    return absl::UnavailableError(absl::StrCat("cannot resolve ", coordinator, ": ", ::gai_strerror(code)));
  }
  std::string local;
  for (const addrinfo* at = found; at != nullptr && local.empty(); at = at->ai_next) local = LocalHost(*at);
  const std::string why = std::strerror(errno);
  ::freeaddrinfo(found);
  if (local.empty()) return absl::UnavailableError(absl::StrCat("no route to ", coordinator, ": ", why));
  return absl::StrContains(local, ':') ? absl::StrCat("[", local, "]:0") : absl::StrCat(local, ":0");
}

}  // namespace mote::worker
