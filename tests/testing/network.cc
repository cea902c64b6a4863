#include "tests/testing/network.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <queue>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/philox.h"
#include "common/status_macros.h"
#include "tests/testing/process.h"

namespace mote::testing {

struct NetworkHost {
  int space = -1;  // file descriptor of its namespace
  int tun = -1;    // of its device
  bool hears = true;
  bool is_heard = true;
  absl::Time sent = absl::InfinitePast();  // what it sent before has left by then
};

namespace {

constexpr char kDevice[] = "mote0";
constexpr size_t kPacketBytesMax = 64 << 10;
constexpr size_t kDestinationAt = 16;  // of an IPv4 header
constexpr int kFirstAddress = 10;      // of the last byte of host 0's address
constexpr absl::Duration kTurn = absl::Milliseconds(1);
constexpr absl::Duration kBacklogMax = absl::Milliseconds(100);

absl::Status Refused(const std::string& what) {
  return absl::UnavailableError(
      absl::StrCat("cannot make hosts of network namespaces: ", what, ": ", std::strerror(errno)));
}

// Runs in a thread of its own, which it leaves in the new namespace.
absl::Status Open(NetworkHost* host) {
  if (unshare(CLONE_NEWNET) != 0) return Refused("unshare");
  host->space = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (host->space < 0) return Refused("/proc/thread-self/ns/net");
  host->tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (host->tun < 0) return Refused("/dev/net/tun");
  ifreq request{};
  std::strncpy(request.ifr_name, kDevice, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (ioctl(host->tun, TUNSETIFF, &request) != 0) return Refused("TUNSETIFF");
  return absl::OkStatus();
}

std::string ProgramNamed(const char* name) {
  for (const char* folder : {"/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"}) {
    const std::string path = absl::StrCat(folder, name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

}  // namespace

struct Network::Wire {
  struct Packet {
    absl::Time due;
    uint64_t number = 0;
    int to = 0;
    std::string bytes;
    bool operator<(const Packet& other) const {  // the top of the queue is due first
      return std::pair(due, number) > std::pair(other.due, other.number);
    }
  };

  ~Wire() {
    for (const NetworkHost& host : hosts) {
      if (host.tun >= 0) close(host.tun);
      if (host.space >= 0) close(host.space);
    }
  }

  void Take(int from, std::string bytes);
  void Deliver();

  std::atomic<bool> stopping = false;
  mutable std::mutex mutex;        // guards what follows
  std::vector<NetworkHost> hosts;  // their descriptors do not change
  absl::Duration delay;
  absl::Duration jitter;
  int64_t bytes_per_second = 0;
  double loss = 0;
  int64_t lost = 0;
  uint64_t packets = 0;
  std::priority_queue<Packet> queue;
  const Philox random{1, 0x77697265};  // "wire"
};

absl::StatusOr<std::unique_ptr<Network>> Network::Make(int hosts) {
  const std::string ip = ProgramNamed("ip");
  if (ip.empty() || ProgramNamed("nsenter").empty()) {
    return absl::UnavailableError("ip or nsenter is missing; install iproute2 and util-linux");
  }
  std::unique_ptr<Network> network(new Network(std::make_unique<Wire>()));
  Wire& wire = *network->wire_;
  wire.hosts.resize(hosts);
  const std::string dir = MakeTempDir();
  for (int i = 0; i < hosts; ++i) {
    absl::Status opened;
    std::thread([&] { opened = Open(&wire.hosts[i]); }).join();
    MOTE_RETURN_IF_ERROR(opened);
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"link", "set", "lo", "up"},
                                                      {"addr", "add", Address(i) + "/24", "dev", kDevice},
                                                      {"link", "set", kDevice, "up"}}) {
      std::vector<std::string> argv = network->Enter(i);
      argv.push_back(ip);
      argv.insert(argv.end(), arguments.begin(), arguments.end());
      const Outcome outcome = Run(std::move(argv), dir);
      if (outcome.exit_code != 0) return absl::UnavailableError("ip failed: " + outcome.err);
    }
  }
  std::filesystem::remove_all(dir);
  network->carrier_ = std::thread(&Network::Carry, network.get());
  return network;
}

Network::Network(std::unique_ptr<Wire> wire) : wire_(std::move(wire)) {}

Network::~Network() {
  wire_->stopping = true;
  if (carrier_.joinable()) carrier_.join();
}

std::vector<std::string> Network::Enter(int host) const {
  return {ProgramNamed("nsenter"), absl::StrCat("--net=/proc/", getpid(), "/fd/", wire_->hosts[host].space)};
}

std::string Network::Address(int host) { return absl::StrCat("10.77.0.", kFirstAddress + host); }

void Network::SetDelay(absl::Duration delay, absl::Duration jitter) {
  const std::lock_guard lock(wire_->mutex);
  wire_->delay = delay;
  wire_->jitter = jitter;
}

void Network::SetRate(int64_t bytes_per_second) {
  const std::lock_guard lock(wire_->mutex);
  wire_->bytes_per_second = bytes_per_second;
}

void Network::SetLoss(double loss) {
  const std::lock_guard lock(wire_->mutex);
  wire_->loss = loss;
}

void Network::Cut(int host) {
  const std::lock_guard lock(wire_->mutex);
  wire_->hosts[host].hears = wire_->hosts[host].is_heard = false;
}

void Network::Mute(int host) {
  const std::lock_guard lock(wire_->mutex);
  wire_->hosts[host].is_heard = false;
}

void Network::Mend(int host) {
  const std::lock_guard lock(wire_->mutex);
  wire_->hosts[host].hears = wire_->hosts[host].is_heard = true;
}

int64_t Network::packets_lost() const {
  const std::lock_guard lock(wire_->mutex);
  return wire_->lost;
}

void Network::Wire::Take(int from, std::string bytes) {
  const bool is_ipv4 = bytes.size() > kDestinationAt + 3 && (bytes[0] >> 4 & 0xf) == 4;
  const int to = is_ipv4 ? static_cast<uint8_t>(bytes[kDestinationAt + 3]) - kFirstAddress : -1;
  if (to < 0 || to >= static_cast<int>(hosts.size())) return;
  ++packets;
  if (!hosts[from].is_heard || !hosts[to].hears || random.Uniform(2 * packets) < loss) {
    ++lost;
    return;
  }
  const absl::Time now = absl::Now();
  absl::Time& sent = hosts[from].sent;
  sent = std::max(sent, now);
  if (sent - now > kBacklogMax) {
    ++lost;
    return;
  }
  if (bytes_per_second > 0) {
    sent += absl::Seconds(static_cast<double>(bytes.size()) / static_cast<double>(bytes_per_second));
  }
  queue.push({sent + delay + jitter * random.Uniform(2 * packets + 1), packets, to, std::move(bytes)});
}

void Network::Wire::Deliver() {
  const absl::Time now = absl::Now();
  for (; !queue.empty() && queue.top().due <= now; queue.pop()) {
    const Packet& packet = queue.top();
    // A full device drops, as a network does.
    if (write(hosts[packet.to].tun, packet.bytes.data(), packet.bytes.size()) < 0) ++lost;
  }
}

void Network::Carry() {
  std::vector<pollfd> polled;
  for (const NetworkHost& host : wire_->hosts) polled.push_back({host.tun, POLLIN, 0});
  std::string buffer(kPacketBytesMax, '\0');
  while (!wire_->stopping) {
    poll(polled.data(), polled.size(), static_cast<int>(absl::ToInt64Milliseconds(kTurn)));
    const std::lock_guard lock(wire_->mutex);
    for (size_t i = 0; i < polled.size(); ++i) {
      for (ssize_t bytes; (bytes = read(polled[i].fd, buffer.data(), buffer.size())) > 0;) {
        wire_->Take(static_cast<int>(i), buffer.substr(0, static_cast<size_t>(bytes)));
      }
    }
    wire_->Deliver();
  }
}

}  // namespace mote::testing
