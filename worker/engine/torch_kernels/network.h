// What is trained, on one device: forward, gradients and scores.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/engine/kernel.h"
#include "worker/engine/tensor.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {

// Of the matrix products. Mixed: in bfloat16, which tensor cores of GPUs multiply several
// times as fast; weights, activations between layers, losses and gradients stay in 32 bits.
enum class Precision { kFull, kMixed };

// Sums over the rows of one batch, not means.
struct LossGradient {
  double loss = 0;
  std::vector<float> gradient;  // flat, as ModelSpec::Parameters lays it out
};

// Of each row and class, row-major. Scores are probabilities.
struct ClassScores {
  std::vector<float> scores;
  std::vector<float> log_scores;
};

// Weights on a device. Every call is exactly one forward batch of the rows given:
// their number is part of what the bits depend on.
//
// Errors: as GuardTorch's. Not thread-safe.
class Network {
 public:
  // `device`: "cpu", "cuda:0".
  //
  // InvalidArgument: the file of a module is no longer the one that the state knows.
  static absl::StatusOr<std::unique_ptr<Network>> Load(const TrainState& state, const std::string& device,
                                                       TaskContext& context);
  ~Network();

  // A module with the weights that its file has, and what these are.
  //
  // InvalidArgument: it is no TorchScript file, nothing in it can be trained, or its forward
  // does not yield a score of each class for rows of `script.in` numbers.
  static absl::StatusOr<TrainState> FirstState(const ScriptSpec& script, const std::string& device,
                                               TaskContext& context);

  // The same module with the weights of a state, without reading its file again. Checked: it
  // is a module, and that state's.
  absl::StatusOr<std::unique_ptr<Network>> WithWeights(const TrainState& state, TaskContext& context) const;

  // A TorchScript file of the module with the weights that it has now, whose forward yields
  // probabilities as every model of train does. Checked: it is a module.
  absl::StatusOr<std::string> SaveScript();

  const ModelSpec& spec() const { return spec_; }
  // Names of the features that it was trained on; empty: not known.
  const std::vector<std::string>& features() const { return features_; }

  // Other weights of the same model: spec().ParameterCount() of them (checked).
  absl::Status SetWeights(const std::vector<float>& weights, TaskContext& context);

  // Cross entropy of `x` (width spec().in()) and its gradient. `labels`: one a row,
  // each in [0, spec().out()). `class_weights`: spec().out() of them, or none.
  absl::StatusOr<LossGradient> Gradient(const Batch& x, const std::vector<int64_t>& labels,
                                        const std::vector<float>& class_weights, Precision precision,
                                        TaskContext& context);

  absl::StatusOr<ClassScores> Score(const Batch& x, TaskContext& context);

  // Of each row's probability of class `target` by each of its numbers, row-major.
  absl::StatusOr<std::vector<float>> InputGradient(const Batch& x, int64_t target, TaskContext& context);

 private:
  struct Tensors;  // libtorch's types stay in network.cc

  Network(ModelSpec spec, std::vector<std::string> features);
  // Reads the module's file.
  absl::Status Open(const ScriptSpec& script, TaskContext& context);
  absl::Status TakeParameters(ScriptSpec script);

  ModelSpec spec_;
  const std::vector<std::string> features_;
  std::unique_ptr<Tensors> tensors_;
};

}  // namespace mote::engine
