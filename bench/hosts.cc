// mote-hosts: several hosts on this machine, behind links of a given rate.
//
//   mote-hosts HOSTS BYTES_PER_SECOND
//
// Makes network namespaces (tests/testing/network.h) and carries the packets between them until
// stdin is closed. Prints one JSON object: for each host what stands before a command that is
// to run there, and its address.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "common/json.h"
#include "tests/testing/network.h"

namespace mote {
namespace {

int Carry(int hosts, int64_t bytes_per_second) {
  const auto network = testing::Network::Make(hosts);
  if (!network.ok()) {
    std::fprintf(stderr, "mote-hosts: %s\n", std::string(network.status().message()).c_str());
    return 1;
  }
  (*network)->SetRate(bytes_per_second);
  Json told = Json::array();
  for (int i = 0; i < hosts; ++i) {
    told.push_back({{"enter", (*network)->Enter(i)}, {"address", testing::Network::Address(i)}});
  }
  std::printf("%s\n", Json{{"hosts", told}}.dump().c_str());
  std::fflush(stdout);
  char ignored;
  while (read(STDIN_FILENO, &ignored, 1) > 0) {
  }
  return 0;
}

}  // namespace
}  // namespace mote

int main(int argc, char** argv) {
  const int hosts = argc == 3 ? std::atoi(argv[1]) : 0;
  const long long rate = argc == 3 ? std::atoll(argv[2]) : -1;
  if (hosts < 2 || hosts > 100 || rate < 0) {
    std::fprintf(stderr, "usage: mote-hosts HOSTS BYTES_PER_SECOND (2 to 100; 0: no limit)\n");
    return 2;
  }
  return mote::Carry(hosts, rate);
}
