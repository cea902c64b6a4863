#include "common/host_port.h"

#include <arpa/inet.h>

#include "absl/strings/str_cat.h"

namespace mote {

HostPort SplitHostPort(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return {std::string(address), ""};
  std::string_view host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return {std::string(host), std::string(address.substr(colon + 1))};
}

bool IsLoopback(std::string_view address) {
  const std::string host = SplitHostPort(address).host;
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "localhost" || host == "::1";
}

std::string WithPort(std::string_view address, int port) {
  return absl::StrCat(std::string(address.substr(0, address.rfind(':'))), ":", port);
}

}  // namespace mote
