// Where the coordinator is: flag > MOTE_COORDINATOR > ./mote.yaml > default.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace mote::client {

// Where mote-coordinator listens unless told otherwise.
inline constexpr char kDefaultCoordinator[] = "127.0.0.1:7070";
inline constexpr char kProjectFile[] = "mote.yaml";

struct CoordinatorSetting {
  std::string address;  // HOST:PORT
  std::string source;   // "--coordinator", "MOTE_COORDINATOR", "./mote.yaml", "default"
  bool is_default() const { return source == "default"; }
};

// `flag`: the value of --coordinator, empty when it was not given.
//
// InvalidArgument: the project file in `folder` has mistakes (with their places).
absl::StatusOr<CoordinatorSetting> FindCoordinator(const std::string& flag, const std::string& folder = ".");

}  // namespace mote::client
