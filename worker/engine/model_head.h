// What a model's file says of what it was trained on, whatever wrote it; no libtorch is
// needed to read it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/reducer.h"
#include "common/value.h"

namespace mote::engine {

struct ModelHead {
  std::vector<std::string> features;  // empty: not known
  std::vector<std::string> classes;   // empty: not known
};

// `format`: how the model is opened ("native", "trees", "ensemble", "torchscript"; the last
// says nothing of itself).
//
//   InvalidArgument  the file is not of this kind, or damaged
//   Unavailable      a blob cannot be had now
absl::StatusOr<ModelHead> ReadModelHead(std::string_view format, const Value& model, BlobSource& source);

}  // namespace mote::engine
