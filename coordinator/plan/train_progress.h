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
#include "common/subtree.h"

namespace mote::coordinator {

// A sum of gradients: its root, or the nodes below it that stayed apart.
struct StepGradient {
  int64_t task_count = 0;
  std::vector<Subtree::Entry> nodes;
  bool is_apart = false;

  // Those of its nodes.
  std::vector<ArtifactRef> artifacts() const;
};

struct TrainProgress {
  std::string phase;  // the passes that were asked for last: "gradient"
  int64_t epoch = 0;  // the one running, from 0
  int64_t step = 0;   // within the epoch, from 0
  int64_t classes = 0;
  std::vector<double> weights;            // of each class's rows in the loss; empty: all 1
  std::optional<ArtifactRef> state;       // weights and moments
  std::string state_key;                  // of what led to `state` (plan/train_passes.h); empty: its artifact names it
  std::string next_key;                   // of the state that was asked for, too; empty: none was
  std::vector<StepGradient> pending;      // of the last steps, which `state` has not taken yet; all in stores
  bool defers = false;                    // gradients lie in the store: the state takes several at once
  std::optional<ArtifactRef> best_state;  // at the end of epoch `best_epoch`
  int64_t best_epoch = -1;
  double best_loss = 0;
  double loss_sum = 0;  // over the rows of this epoch so far
  int64_t loss_rows = 0;
  Json history = Json::array();  // one entry per finished epoch

  double loss() const { return loss_rows > 0 ? loss_sum / static_cast<double>(loss_rows) : 0; }
  // Those that the memo refers to, and those that workers alone have.
  std::vector<ArtifactRef> artifacts() const;
  std::vector<ArtifactRef> apart() const;

  // Compact JSON: this is carried along at every step.
  std::string Encode() const;
  // InvalidArgument: not an encoded progress.
  static absl::StatusOr<TrainProgress> Decode(std::string_view memo);
};

}  // namespace mote::coordinator
