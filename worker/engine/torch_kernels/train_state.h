// Weights and optimizer moments as files: states between the steps of a training
// run, and the model at its end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/reducer.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/torch_kernels/model_spec.h"

namespace mote::engine {

struct TrainState {
  ModelSpec spec;
  int64_t step = 0;            // updates so far
  std::vector<float> weights;  // flat, as ModelSpec::Parameters lays them out
  std::vector<float> first;    // moments of the gradient; empty in a model
  std::vector<float> second;
  std::vector<std::string> features;  // of a model that was read: their names; empty: not known

  bool operator==(const TrainState&) const = default;

  // What is averaged where states are: the weights, and so many moments (0, 1 or 2).
  std::vector<std::vector<float>*> Averaged(int moments);
  std::vector<const std::vector<float>*> Averaged(int moments) const;

  // safetensors: the weights first, so that a reader of weights alone fetches only
  // the blobs that hold them; then "m.…" and "v.…".
  std::string Encode() const;
  // The model alone: weights, and metadata "mote.model", "mote.features" and
  // "mote.classes" (JSON lists of names) and "mote.schema", the digest of both.
  std::string EncodeModel(const std::vector<std::string>& feature_names,
                          const std::vector<std::string>& class_names) const;
};

enum class StatePart { kWeights, kAll };

// Reads a state, or a model, from its artifact. With kWeights the moments stay
// empty and are not fetched.
//
//   InvalidArgument  not safetensors, not a model of mote's, or a tensor is missing
//                    or of another shape; names it
//   Unavailable      a blob cannot be had now
absl::StatusOr<TrainState> ReadState(const ArtifactRef& ref, StatePart part, BlobSource& source);
absl::StatusOr<TrainState> ReadState(ArtifactReader reader, StatePart part, BlobSource& source);

}  // namespace mote::engine
