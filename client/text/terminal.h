// How large the terminal is.
#pragma once

namespace mote::client {

// Columns, and lines, of the terminal behind `fd`; 0: it is none.
int TerminalWidth(int fd);
int TerminalHeight(int fd);

}  // namespace mote::client
