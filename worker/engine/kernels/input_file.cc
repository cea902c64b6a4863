#include "worker/engine/kernels/input_file.h"

#include <utility>

#include "common/json.h"
#include "common/status_macros.h"

namespace mote::engine {

absl::StatusOr<InputFile> InputFile::Open(const PassSpec& pass, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
  std::string name = parameters.at("path").get<std::string>();
  if (parameters.contains("shared")) {
    MOTE_ASSIGN_OR_RETURN(SharedFile file, SharedFile::Parse(parameters.at("shared").get<std::string>()));
    ArtifactRef size;
    size.bytes = file.bytes;
    return InputFile{std::move(name), size, file, ArtifactReader::OfShared(file)};
  }
  const auto source = pass.inputs.find("source");
  if (source == pass.inputs.end() || !source->second.artifact) {
    return absl::InvalidArgumentError("index: the pass has no artifact as its input \"source\"");
  }
  MOTE_ASSIGN_OR_RETURN(ArtifactReader reader, ArtifactReader::Open(*source->second.artifact, context));
  return InputFile{std::move(name), *source->second.artifact, std::nullopt, std::move(reader)};
}

}  // namespace mote::engine
