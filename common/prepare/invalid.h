// The error of everything that a user set or sent wrongly, for the files of this folder.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"

namespace mote {

inline absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

}  // namespace mote
