// RPCs that wait for the core's Reply.
//
// Thread-safe. Answers run on the thread that releases effects and must not block.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include "absl/status/status.h"
#include "common/ids.h"
#include "coordinator/core/effect.h"

namespace mote::coordinator {

class CallTable {
 public:
  using OnReply = std::function<void(const Reply&)>;

  // Registers a call; `on_reply` runs exactly once.
  CallId Add(OnReply on_reply);
  // Ends the call that the reply names. A call that is not (any more) there is ignored.
  void Answer(const Reply& reply);
  // Ends every call, for good: what is added later is answered with `status` at once.
  void FailAll(const absl::Status& status);

 private:
  std::mutex mutex_;
  uint64_t next_call_ = 1;  // guarded by mutex_, as all below
  std::map<CallId, OnReply> calls_;
  absl::Status closed_;  // not OK once FailAll was called
};

}  // namespace mote::coordinator
