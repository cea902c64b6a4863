// How services hand commands to the loop.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "coordinator/core/command.h"

namespace mote::coordinator {

// Posts a command; never blocks. False: the mailbox is full or the loop has
// stopped; the command was not taken. Thread-safe.
using PostCommand = std::function<bool(Command)>;

// What a caller whose command was not taken is told.
inline absl::Status MailboxRefusal() {
  return absl::UnavailableError("the coordinator is overloaded or stopping; retry with back-off");
}

}  // namespace mote::coordinator
