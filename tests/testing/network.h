// Several hosts on one machine: a network namespace each, joined by a wire that this
// process carries the packets over.
//
// Each host has a TUN device; a thread reads the packets of all, and delivers them late,
// not at all, or as they are. That is what `tc netem` does too, but not every kernel has
// it, and it cannot lose one direction alone. Nothing of it has a name outside this
// process: namespaces and devices are gone when it ends, however it ends.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mote::testing {

// Thread-safe.
class Network {
 public:
  // Unavailable: this is not permitted here, or `ip` is missing; says which.
  static absl::StatusOr<std::unique_ptr<Network>> Make(int hosts);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // What stands before a command that is to run on `host`.
  std::vector<std::string> Enter(int host) const;
  // Of `host`; other hosts reach it.
  static std::string Address(int host);

  // Every packet is late by `delay` and up to `jitter` more.
  void SetDelay(absl::Duration delay, absl::Duration jitter);
  // What each host sends leaves at this rate, and a tenth of a second of it waits at most:
  // more is lost, as at any router. 0: as fast as this machine can.
  void SetRate(int64_t bytes_per_second);
  // So many of all packets are lost, 0 to 1.
  void SetLoss(double loss);
  // What the host sends, and what is sent to it, is lost from now on.
  void Cut(int host);
  // Only what it sends is lost.
  void Mute(int host);
  // Ends Cut and Mute.
  void Mend(int host);
  int64_t packets_lost() const;

 private:
  struct Wire;
  explicit Network(std::unique_ptr<Wire> wire);
  void Carry();

  const std::unique_ptr<Wire> wire_;
  std::thread carrier_;
};

}  // namespace mote::testing
