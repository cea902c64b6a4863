// Where a boosting run stands: the memo of its planner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/value.h"

namespace mote::coordinator {

struct BoostProgress {
  std::string phase;  // the passes that were asked for last: "level"
  int64_t round = 0;  // the one running, from 0
  int64_t classes = 0;
  std::vector<int64_t> totals;  // rows of each class; of a regression none
  double mean = 0;              // of a regression's labels
  double scale = 1;             // their standard deviation
  Value edges;                  // until there is a model
  Value binned;                 // the input's rows
  Value validate;               // those of the validation table
  std::vector<Value> levels;    // sums of the round's levels so far
  std::optional<ArtifactRef> model;
  std::optional<ArtifactRef> best_model;
  int64_t best_round = -1;  // trees of so many rounds, less one
  double best_loss = 0;
  bool grown = true;           // the last round's trees have splits
  std::vector<double> losses;  // on the validation table, after each round

  // Those that the memo refers to.
  std::vector<ArtifactRef> artifacts() const;
  std::string Encode() const;
  // InvalidArgument: not an encoded progress.
  static absl::StatusOr<BoostProgress> Decode(std::string_view memo);
};

}  // namespace mote::coordinator
