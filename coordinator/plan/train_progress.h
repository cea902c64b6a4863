// Where a training run stands: the memo of its planner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/json.h"

namespace mote::coordinator {

struct TrainProgress {
  std::string phase;  // the passes that were asked for last: "gradient"
  int64_t epoch = 0;  // the one running, from 0
  int64_t step = 0;   // within the epoch, from 0
  int64_t classes = 0;
  std::vector<double> weights;            // of each class's rows in the loss; empty: all 1
  std::optional<ArtifactRef> state;       // weights and moments
  std::string state_key;                  // of what led to `state` (plan/train_passes.h); empty: its artifact names it
  std::string next_key;                   // of the state that was asked for, too; empty: none was
  std::vector<ArtifactRef> pending;       // gradients of the last steps, which `state` has not taken yet
  bool defers = false;                    // gradients lie in the store: the state takes several at once
  std::optional<ArtifactRef> best_state;  // at the end of epoch `best_epoch`
  int64_t best_epoch = -1;
  double best_loss = 0;
  double loss_sum = 0;  // over the rows of this epoch so far
  int64_t loss_rows = 0;
  Json history = Json::array();  // one entry per finished epoch

  double loss() const { return loss_rows > 0 ? loss_sum / static_cast<double>(loss_rows) : 0; }
  // Those that the memo refers to.
  std::vector<ArtifactRef> artifacts() const;

  // Compact JSON: this is carried along at every step.
  std::string Encode() const;
  // InvalidArgument: not an encoded progress.
  static absl::StatusOr<TrainProgress> Decode(std::string_view memo);
};

}  // namespace mote::coordinator
