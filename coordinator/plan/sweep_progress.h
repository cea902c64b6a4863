// Where a sweep stands: the memo of its planner.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/json.h"
#include "common/output.h"

namespace mote::coordinator {

using Outputs = std::map<std::string, Output>;

// One trial on one fold (or on all rows) that has begun.
struct SweepRun {
  int64_t entry = 0;  // of the rung's trials
  int64_t fold = 0;
  bool scoring = false;  // its model is being measured
  std::string memo;      // of its planner
  int64_t passes = 0;    // of the step that was asked for last
  Outputs outputs;       // once it is trained
};

struct SweepProgress {
  std::string phase;  // "folds", "trials", "refit"
  int64_t rung = 0;
  std::vector<int64_t> entries;  // the rung's trials
  int64_t begun = 0;             // runs of the rung that have begun
  std::vector<SweepRun> runs;    // those that are under way
  // Of the rung: by entry the measures of its folds, absent while unknown.
  std::vector<std::vector<std::optional<double>>> scores;
  std::vector<Output> folds;  // training and held-out table of each fold
  Outputs best;               // of the best trial of the last rung
  int64_t best_trial = -1;
  double best_score = 0;
  Json board = Json::array();  // finished trials

  std::string Encode() const;
  // InvalidArgument: not an encoded progress.
  static absl::StatusOr<SweepProgress> Decode(std::string_view memo);
  // Those that the memo refers to itself; runs have more.
  std::vector<ArtifactRef> artifacts() const;
};

}  // namespace mote::coordinator
