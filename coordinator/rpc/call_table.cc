#include "coordinator/rpc/call_table.h"

#include <utility>

namespace mote::coordinator {

CallId CallTable::Add(OnReply on_reply) {
  CallId call;
  absl::Status closed;
  {
    const std::lock_guard lock(mutex_);
    call = {next_call_++};
    closed = closed_;
    if (closed.ok()) calls_[call] = std::move(on_reply);
  }
  if (!closed.ok()) on_reply({call, closed, {}});
  return call;
}

void CallTable::Answer(const Reply& reply) {
  OnReply on_reply;
  {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(reply.call);
    if (found == calls_.end()) return;
    on_reply = std::move(found->second);
    calls_.erase(found);
  }
  on_reply(reply);
}

void CallTable::FailAll(const absl::Status& status) {
  std::map<CallId, OnReply> calls;
  {
    const std::lock_guard lock(mutex_);
    closed_ = status;
    calls.swap(calls_);
  }
  for (const auto& [call, on_reply] : calls) on_reply({call, status, {}});
}

}  // namespace mote::coordinator
