#include "client/rpc_status.h"

#include "absl/strings/str_cat.h"

namespace mote::client {

absl::Status NoCoordinator(const std::string& address, const std::string& detail) {
  return absl::UnavailableError(absl::StrCat("no coordinator answers at ", address,
                                             "; start one with mote-coordinator or set MOTE_COORDINATOR",
                                             detail.empty() ? "" : absl::StrCat(" (", detail, ")")));
}

absl::Status FromGrpc(const grpc::Status& status, const std::string& address) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = status.error_message();
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return NoCoordinator(address, message);
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return absl::DeadlineExceededError(
          absl::StrCat("the coordinator at ", address, " did not answer in time; try again (", message, ")"));
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::UnimplementedError(absl::StrCat("what answers at ", address,
                                                   " is no coordinator of this version of "
                                                   "mote; check the address and `mote version` (",
                                                   message, ")"));
    // The codes of both libraries are the same numbers.
    default:
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()), message);
  }
}

}  // namespace mote::client
