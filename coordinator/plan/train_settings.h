// The parameters of `train`, checked and brought into one form.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json.h"
#include "common/reducer.h"
#include "coordinator/plan/learning_rate.h"

namespace mote::coordinator {

struct TrainSettings {
  Json model;      // {"kind": "mlp", "hidden": [64, 32], "activation": "relu"}; a linear model has no hidden layer; or
                   // {"kind": "script", "file": artifact, "name"}
  Json optimizer;  // {"name": "adamw", "lr": 0.001, …}, defaults filled in
  int64_t epochs = 0;
  int64_t batch_size = 0;
  int64_t seed = 0;
  bool keep_best = false;             // the state of the epoch of least validation loss, not the last
  bool balanced = false;              // weigh the loss of a row by rows / (classes · rows of its class)
  std::vector<double> class_weights;  // given one by one; empty: they are not
  LearningRate schedule;
  bool mixed = false;       // matrix products of gradients in bfloat16
  double clip = 0;          // longest gradient of a step; 0: any
  bool local = false;       // parts take steps of their own
  int64_t parts = 0;        // that take steps of their own and are averaged; 0: gradients are summed
  int64_t local_steps = 1;  // with parts: of each between two averages
  int64_t patience = 0;     // epochs without a lower validation loss until it stops; 0: never
};

// What the operation declares.
std::vector<Parameter> TrainParameters();

// InvalidArgument: names the parameter by its path, its value and what it may be:
// "optimizer.adamw.lr: -1 is not above 0".
absl::StatusOr<TrainSettings> ParseTrainSettings(const Json& parameters);

}  // namespace mote::coordinator
