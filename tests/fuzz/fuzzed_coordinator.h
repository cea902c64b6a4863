// The session decoder with the core behind it, fed with bytes as a worker's stream
// would be.
//
// Two jobs are there before the first byte. After each message the invariants of the
// core are checked; every event goes through the journal's encoding, and at the end a
// core that replays them must have the same state. What is wrong aborts.
//
// An input is a list of frames: one byte of control, two of length (little-endian), a
// SessionRequest. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/core/core.h"
#include "coordinator/rpc/session_reader.h"
#include "coordinator/schedule/fair_policy.h"

namespace mote::fuzz {

// Bits of a frame's control byte, after the two that number the stream.
inline constexpr uint8_t kStreamMask = 3;
inline constexpr uint8_t kAdvanceClock = 4;  // a second passes first
inline constexpr uint8_t kCloseStream = 8;   // the stream breaks afterwards
inline constexpr uint8_t kRestart = 16;      // the coordinator is started again first
inline constexpr uint8_t kRetryJobs = 32;    // every job is retried first (which most refuse)

std::string Frame(uint8_t control, std::string_view message);

class FuzzedCoordinator {
 public:
  FuzzedCoordinator();

  void FeedFrames(std::string_view frames);
  void Feed(uint8_t control, std::string_view message);
  // Replays the journal and compares.
  void CheckReplay() const;

  // Leases sent on a stream since the last call.
  std::vector<coordinator::SendLease> TakeLeases(int stream);
  bool AllJobsEnded() const;

 private:
  struct Stream {
    Stream() : Stream(SessionId{}) {}
    explicit Stream(SessionId id) : session(id), reader(id) {}
    SessionId session;
    coordinator::SessionReader reader;
    std::vector<coordinator::SendLease> leases;
  };

  std::unique_ptr<coordinator::Core> MakeCore() const;
  void Step(const coordinator::Command& command);
  void Take(coordinator::Decision decision);
  void Receive(Stream& stream, std::string_view message);
  void Close(Stream& stream);
  void Open(Stream& stream);
  void Restart();
  void RetryJobs();
  void CheckInvariants() const;

  coordinator::FairPolicy policy_;
  std::unique_ptr<coordinator::Core> core_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000'000);
  std::vector<std::string> journal_;
  std::array<Stream, 4> streams_;
  uint64_t next_session_ = 1;
};

}  // namespace mote::fuzz
