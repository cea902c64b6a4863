// The type of JSON values for headers that only pass them on. The whole of it
// ("common/json.h") is a third of what such a file costs to compile.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace mote {

using Json = nlohmann::json;

}  // namespace mote
