// JSON values as YAML text, for `-o yaml`.
#pragma once

#include <string>

#include "client/text/proto_json.h"

namespace mote::client {

// Block style, two spaces a level; strings are quoted where YAML would read
// something else. Ends with a newline.
std::string YamlText(const OrderedJson& json);

}  // namespace mote::client
