// Text for protobuf's string fields, which refuse what is not UTF-8: stderr of a
// program, or a message cut within a character.
#pragma once

#include <string>
#include <string_view>

namespace mote::coordinator {

// `text` with every byte that is not part of a UTF-8 character replaced by "?".
std::string Utf8(std::string_view text);

}  // namespace mote::coordinator
