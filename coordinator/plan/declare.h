// A parameter of an operation, in one line of its description.
#pragma once

#include <string>
#include <utility>

#include "common/json_params.h"

namespace mote::coordinator {

inline Parameter Declare(std::string name, Parameter::Kind kind, std::string default_value, std::string summary) {
  return {
      .name = std::move(name), .kind = kind, .default_value = std::move(default_value), .summary = std::move(summary)};
}

}  // namespace mote::coordinator
