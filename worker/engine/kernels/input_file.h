// The file that a pass of `index` looks at, wherever it lies.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/pass_spec.h"
#include "common/shared_file.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/kernel.h"

namespace mote::engine {

struct InputFile {
  std::string name;      // as the user named it
  ArtifactRef artifact;  // of a shared file the size alone
  std::optional<SharedFile> shared;
  ArtifactReader reader;

  // From the parameters path and shared, or the input "source".
  // Errors as ArtifactReader::Open; InvalidArgument: the pass names no file.
  static absl::StatusOr<InputFile> Open(const PassSpec& pass, TaskContext& context);
};

}  // namespace mote::engine
