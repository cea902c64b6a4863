// What the kernels of boost read from a pass: settings, the model so far, and the
// levels of the round that are known.
//
// Parameters {settings: {learning_rate, l2, gain_min, rows_min, depth, rows,
// gradient_unit, curvature_unit, outputs}, …}. Inputs "model" and "level0", "level1", …:
// the roots of the passes before.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/engine/trees/tree_caches.h"

namespace mote::engine {

struct BoostPass {
  BoostSettings settings;
  std::string settings_text;  // canonical: part of what kept rows are found by
  std::shared_ptr<const TreeModel> model;
  std::unique_ptr<const BinOffsets> offsets;
  std::unique_ptr<BoostLevels> levels;

  // InvalidArgument: parameters of another version of mote, or sums that do not fit.
  static absl::StatusOr<BoostPass> Open(const PassSpec& pass, TreeCaches& caches, TaskContext& context);
};

// The rows `range` of the binned table in the pass's input "input", kept since an
// earlier pass or read now. Valid until the next call.
absl::StatusOr<BoostRows*> KeptRows(const PassSpec& pass, const std::string& settings, TaskRange range,
                                    RowSource& source, TreeCaches& caches, TaskContext& context);

}  // namespace mote::engine
