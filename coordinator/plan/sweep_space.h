// Which trials `over:` stands for: operations with parameters, in a fixed order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

struct Trial {
  std::string operation;
  Json parameters;         // checked, defaults filled in; references left out
  Json varied;             // what distinguishes it, by the names in `over`
  bool validates = false;  // on the sweep's table `validate`
};

// One round of trials; without halving there is one.
struct Rung {
  int64_t resource = 0;  // value of `resource` for its trials; 0: as the trial has it
};

struct SweepSpace {
  std::vector<Trial> trials;
  std::string resource;     // parameter that halving gives more of, rung by rung
  std::vector<Rung> rungs;  // at least one
  int64_t keep_one_in = 1;  // of a rung's trials for the next, rounded up
  std::string metric;       // of classification_report
  bool least = false;       // the metric is a loss
  int64_t folds = 0;        // 0: measured on a table of its own
  int64_t seed = 0;

  // `parameters`: those of the operation sweep, see sweep_planner.h.
  //
  //   InvalidArgument  "over.grid.lr: …"; also what the operation of a trial refuses
  static absl::StatusOr<SweepSpace> Parse(const Json& parameters, const PlannerTable& planners);

  // Parameters of a trial in a rung.
  Json ParametersOf(size_t trial, size_t rung) const;
  // How many trials the rung after `rung`, which has `trials`, begins with.
  size_t Kept(size_t trials) const;
};

}  // namespace mote::coordinator
