// Is text UTF-8? Names and categories must be: they travel in JSON and messages.
#pragma once

#include <cstdint>
#include <string_view>

namespace mote {

// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
inline bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) { return at < text.size() ? static_cast<uint8_t>(text[at]) : uint8_t{0}; };
    const uint8_t lead = byte(i);
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4) return false;
    const size_t more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    for (size_t k = 1; k <= more; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    }
    const uint8_t second = byte(i + 1);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return false;
    if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return false;
    i += 1 + more;
  }
  return true;
}

}  // namespace mote
