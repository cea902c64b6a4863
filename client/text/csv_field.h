#pragma once

#include <string>
#include <string_view>

#include "client/text/proto_json.h"

namespace mote::client {

// A text as a field of CSV (RFC 4180): quoted where it must be.
std::string CsvField(std::string_view text);
// Null is empty; a list or an object is its JSON text.
std::string CsvValue(const OrderedJson& value);

}  // namespace mote::client
