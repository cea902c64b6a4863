// The version that programs print and that peers compare in Hello / Welcome.
#pragma once

namespace mote {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace mote
