// The shape of the classifier that mote ships: linear layers with an activation
// between them. No hidden layer makes it a logistic regression.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json.h"

namespace mote::engine {

// One weight matrix or bias vector, in the order in which a flat list of all
// parameters holds them: weight and bias of the first layer, then of the next.
struct ParameterShape {
  std::string name;            // "layers.0.weight", "layers.0.bias"
  std::vector<int64_t> shape;  // [out, in] or [out]
  int64_t offset = 0;          // in the flat list
  int64_t count = 0;
  int64_t fan_in = 0;  // inputs of its layer

  bool operator==(const ParameterShape&) const = default;
};

struct MlpSpec {
  int64_t in = 0;
  std::vector<int64_t> hidden;
  int64_t out = 0;
  std::string activation = "relu";  // relu, tanh, gelu

  bool operator==(const MlpSpec&) const = default;
  std::vector<ParameterShape> Parameters() const;
  int64_t ParameterCount() const;

  // {"kind": "mlp", "in", "hidden", "out", "activation"}: metadata "mote.model" of
  // the model's file.
  Json ToJson() const;
  // InvalidArgument: another kind, a missing key, or sizes that no model has.
  static absl::StatusOr<MlpSpec> FromJson(const Json& json);
};

// First weights: uniform in ±1/√fan_in for weights and biases, which is what
// PyTorch's Linear does (He et al. 2015 with a = √5). From Philox, so they depend on
// the seed and the place of the weight alone.
std::vector<float> InitialWeights(const MlpSpec& spec, uint64_t seed);

}  // namespace mote::engine
