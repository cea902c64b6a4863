#include "coordinator/rpc/session_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/session_limits.h"
#include "common/status_macros.h"
#include "common/version.h"
#include "coordinator/convert/wire.h"
#include "coordinator/rpc/session_convert.h"

namespace mote::coordinator {
namespace {

absl::Status CheckVersion(const v1::Hello& hello) {
  if (hello.version() == kVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("worker \"", hello.worker(), "\" has version ", hello.version(),
                                                    ", the coordinator ", kVersion,
                                                    "; install the same version on both sides"));
}

}  // namespace

absl::StatusOr<std::vector<Command>> SessionReader::Read(const v1::SessionRequest& request) {
  if (const size_t bytes = request.ByteSizeLong(); bytes > kControlBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("a message of ", bytes, " bytes; at most ", kControlBytesMax,
                                                   " are allowed: put large values as artifacts"));
  }
  std::vector<Command> commands;
  commands.reserve(1 + static_cast<size_t>(request.more_size()));
  MOTE_RETURN_IF_ERROR(Append(request, &commands));
  for (const v1::SessionRequest& next : request.more()) {
    if (next.more_size() > 0) return absl::InvalidArgumentError("more: a message in it has more of its own");
    MOTE_RETURN_IF_ERROR(Append(next, &commands));
  }
  return commands;
}

absl::Status SessionReader::Append(const v1::SessionRequest& request, std::vector<Command>* commands) {
  const bool is_hello = request.has_hello();
  if (is_hello == greeted_) {
    return absl::InvalidArgumentError(is_hello ? "hello: sent twice" : "the first message must be hello");
  }
  if (is_hello) MOTE_RETURN_IF_ERROR(CheckVersion(request.hello()));
  greeted_ = true;
  MOTE_ASSIGN_OR_RETURN(Command command, ToCommand(session_, request));
  commands->push_back(std::move(command));
  return absl::OkStatus();
}

}  // namespace mote::coordinator
