// Questions for what engines wrote (`mote logs`): asked by clients, answered by workers
// over their sessions.
//
// Not journalled: whoever asked learns of a restart by the broken call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "common/ids.h"

namespace mote::coordinator {

// Those that are not answered yet. Not thread-safe.
class LogReads {
 public:
  static constexpr size_t kReadsMax = 1000;

  // nullopt: there are too many already.
  std::optional<uint64_t> Add(CallId call, SessionId session, absl::Time deadline);
  // Who asked; nullopt: this session was not asked, or has been given up.
  std::optional<CallId> Take(uint64_t request, SessionId session);
  std::vector<CallId> TakeAllOf(SessionId session);
  std::vector<CallId> TakeOverdue(absl::Time now);

 private:
  struct Read {
    CallId call;
    SessionId session;
    absl::Time deadline;
  };
  template <class Pick>
  std::vector<CallId> TakeIf(Pick pick);

  uint64_t last_ = 0;
  std::map<uint64_t, Read> reads_;
};

}  // namespace mote::coordinator
