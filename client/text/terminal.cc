#include "client/text/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace mote::client {
namespace {

int SizeOr(int fd, unsigned short winsize::*side, int unknown) {
  winsize size{};
  if (isatty(fd) == 0) return 0;
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.*side > 0 ? size.*side : unknown;
}

}  // namespace

int TerminalWidth(int fd) { return SizeOr(fd, &winsize::ws_col, 80); }
int TerminalHeight(int fd) { return SizeOr(fd, &winsize::ws_row, 24); }

}  // namespace mote::client
