#pragma once

#include <string>
#include <string_view>

namespace mote::client {

// A text as a field of CSV (RFC 4180): quoted where it must be.
std::string CsvField(std::string_view text);

}  // namespace mote::client
