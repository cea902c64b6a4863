// Ctrl-C (and SIGTERM, SIGHUP) as calls on a thread.
#pragma once

#include <functional>
#include <thread>

namespace mote::client {

// Blocks the signals in the calling thread and those that it starts afterwards: for a
// command that watches them, before it starts any thread.
void BlockInterrupts();

// While it lives, each interrupt calls `on_interrupt(n)` on its own thread, n = 1, 2, …
class InterruptWatcher {
 public:
  explicit InterruptWatcher(std::function<void(int n)> on_interrupt);
  ~InterruptWatcher();
  InterruptWatcher(const InterruptWatcher&) = delete;
  InterruptWatcher& operator=(const InterruptWatcher&) = delete;

 private:
  void Watch();

  std::function<void(int n)> on_interrupt_;
  int signals_ = -1;  // signalfd
  int stop_ = -1;     // eventfd
  std::thread thread_;
};

}  // namespace mote::client
