// Learning-rate schedules: which share of the optimizer's lr a step takes.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/json.h"

namespace mote::coordinator {

struct LearningRate {
  std::string shape = "constant";  // constant, linear, cosine, steps
  int64_t warm_up = 0;             // steps over which the share rises linearly to 1
  double least = 0;                // linear, cosine: the share at the end
  int64_t every = 1;               // steps: epochs between two cuts
  double factor = 0.1;             // steps: what a cut leaves

  // The share of step `step` of `steps` in the training, both counted over all epochs of
  // `epoch_steps` steps.
  double Share(int64_t step, int64_t steps, int64_t epoch_steps) const;

  // {cosine: {warm_up: 100, least: 0.01}}, or a bare word.
  //
  //   InvalidArgument  "schedule.cosine.least: 2 is not in [0, 1]"
  static absl::StatusOr<LearningRate> Parse(const Json& schedule);
};

}  // namespace mote::coordinator
