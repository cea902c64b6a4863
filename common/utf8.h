// Text for JSON and for protobuf's string fields, which refuse what is not UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace mote {

// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool IsUtf8(std::string_view text);

// `text` with every byte that is not part of a UTF-8 character replaced by "?": the
// stderr of a program, or a message cut within a character.
std::string Utf8(std::string_view text);

}  // namespace mote
