// Parts of planners' memos and answers that several of them have in common.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/json.h"
#include "common/output.h"
#include "common/pass_spec.h"
#include "common/value.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

// {"artifact": …}, or {"bytes": base64}.
Json EncodeValue(const Value& value);
// InvalidArgument: not an encoded value.
absl::StatusOr<Value> DecodeValue(const Json& json);

Json EncodeOutput(const Output& output);
// InvalidArgument: not an encoded output.
absl::StatusOr<Output> DecodeOutput(const Json& json);

// One task whose leaf is a small JSON document, read as the raw root.
PassSpec OneTask(std::string kernel, const Json& parameters);

// The document of a pass of OneTask. `what` names it where the task is absent
// (InvalidArgument) or the document too long to travel inline (ResourceExhausted).
absl::StatusOr<Json> DocumentOf(const CompletedPass& done, const std::string& what);
// The artifact that such a document names under `key`.
absl::StatusOr<ArtifactRef> ArtifactOf(const Json& document, const std::string& key);

Output BlobOutput(const ArtifactRef& blob, std::string format);
Output DocumentOutput(const ArtifactRef& document);
Output DocumentOutput(const Json& document);

}  // namespace mote::coordinator
