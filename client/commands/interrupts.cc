#include "client/commands/interrupts.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "common/check.h"

namespace mote::client {
namespace {

sigset_t Interrupts() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void BlockInterrupts() {
  const sigset_t set = Interrupts();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

InterruptWatcher::InterruptWatcher(std::function<void(int n)> on_interrupt) : on_interrupt_(std::move(on_interrupt)) {
  BlockInterrupts();
  const sigset_t set = Interrupts();
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  stop_ = eventfd(0, EFD_CLOEXEC);
  MOTE_CHECK(signals_ >= 0 && stop_ >= 0, "signalfd and eventfd exist");
  thread_ = std::thread([this] { Watch(); });
}

InterruptWatcher::~InterruptWatcher() {
  const uint64_t one = 1;
  MOTE_CHECK(write(stop_, &one, sizeof(one)) == sizeof(one), "an eventfd takes a one");
  thread_.join();
  close(signals_);
  close(stop_);
}

void InterruptWatcher::Watch() {
  int count = 0;
  for (;;) {
    pollfd ready[2] = {{signals_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (poll(ready, 2, -1) < 0) continue;
    if (ready[1].revents != 0) return;
    signalfd_siginfo info;
    if (read(signals_, &info, sizeof(info)) == sizeof(info)) on_interrupt_(++count);
  }
}

}  // namespace mote::client
