// Text that came from elsewhere (a file, a program, a job's name), made fit for a
// terminal.
#pragma once

#include <string>
#include <string_view>

namespace mote::client {

// Control characters other than line ends and tabs as \xNN, so that nothing moves the
// cursor or changes colours; lines of more than `line_bytes_max` bytes lose their middle.
std::string Printable(std::string_view text, size_t line_bytes_max = 1000);

}  // namespace mote::client
