// How services hand commands to the loop.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/core/command.h"

namespace mote::coordinator {

// Posts commands, all of them or none; never blocks. False: the mailbox is full or the
// loop has stopped; nothing was taken. Thread-safe.
class PostCommand {
 public:
  // `post` is called with at least one command.
  template <class Post>
  PostCommand(Post post) : post_(std::move(post)) {}

  bool operator()(std::vector<Command> commands) const { return post_(std::move(commands)); }
  bool operator()(Command command) const {
    std::vector<Command> commands;
    commands.push_back(std::move(command));
    return post_(std::move(commands));
  }

 private:
  std::function<bool(std::vector<Command>)> post_;
};

// What a caller whose command was not taken is told.
inline absl::Status MailboxRefusal() {
  return absl::UnavailableError("the coordinator is overloaded or stopping; retry with back-off");
}

}  // namespace mote::coordinator
