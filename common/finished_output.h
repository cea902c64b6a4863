// What the kernel "finish" answers: an Output as JSON.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/output.h"
#include "common/reducer.h"

namespace mote {

// {"kind", "rows", "bytes", "schema" (base64, tables only), and "inline" (base64) or
// "artifact"}: what is too large goes into a blob.
std::string EncodeFinished(Output output, BlobSink& blobs);

// InvalidArgument: it is none.
absl::StatusOr<Output> DecodeFinished(const std::string& text);

}  // namespace mote
