// What an operation on top of `infer` asks of it.
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

// `asked`, parameters of infer, with the operation's own `inputs` and `keep` where it has
// them, checked and with infer's defaults filled in. Rows that cannot be read fail.
//
//   InvalidArgument  as CheckParameters
inline absl::StatusOr<Json> AskInfer(const Planner& infer, const Json& parameters, Json asked) {
  asked["on_bad_row"] = "fail";
  for (const char* name : {"inputs", "keep"}) {
    if (parameters.contains(name)) asked[name] = parameters[name];
  }
  MOTE_RETURN_IF_ERROR(ToStatus(CheckParameters(infer.description().parameters, &asked)));
  return asked;
}

}  // namespace mote::coordinator
