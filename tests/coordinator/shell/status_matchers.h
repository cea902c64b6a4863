// Matchers for absl::Status and absl::StatusOr.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mote::coordinator {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status) {
  return status.status();
}

MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// The code, and a piece of the message.
MATCHER_P2(Fails, code, piece, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code && std::string(StatusOf(arg).message()).find(piece) != std::string::npos;
}

}  // namespace mote::coordinator
