// Several models as one: Y = Σ β_i·y_i.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/engine/infer_pass.h"
#include "worker/engine/model.h"

namespace mote::engine {

// The models of an ensemble's file (ensemble_file.h) and their weights. A batch's scores
// are the weighted sum of its models', added up in their order in double precision; a second
// output, where the request wants two, is all of theirs side by side.
//
//   InvalidArgument    not such a file, a model in it was trained on other features, or
//                      its scores are of another number of classes; names it
//   ResourceExhausted  out of memory
absl::StatusOr<std::unique_ptr<Model>> OpenEnsemble(std::string_view file, const ModelRequest& request,
                                                    const EngineOptions& options, TaskContext& context);

}  // namespace mote::engine
