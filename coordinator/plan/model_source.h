// Where a model comes from: the output of a stage, a published bundle, or a file.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/json.h"
#include "common/value.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

struct ModelSource {
  std::string format;  // how an engine opens it (common/model_format.h)
  std::string file;  // for messages
  Value content;
};

// The parameter `model`. A reference has no content yet: the stage that makes it runs first.
//
//   InvalidArgument  not one model, or of a kind that is not known; says what to write
absl::StatusOr<ModelSource> ParseModel(const Json& model);

// The model of a stage whose inputs are complete. A stage's blob says by its format how it
// is opened.
//
//   InvalidArgument  as ParseModel; the reference is no model
absl::StatusOr<ModelSource> FindModel(const PlanContext& context);

}  // namespace mote::coordinator
