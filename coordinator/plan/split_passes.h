// The passes of `prepare` that come before its statistics where a split depends on a whole
// column: how many rows each class has (`stratify`), or where the rows in order are cut
// (`order`). Other splits need none.
//
// A stage's memo is this file's while such passes run; then it is a line that says what was
// found, and after it the rest, which is prepare's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/json.h"
#include "common/prepare/options.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

struct FoundSplit {
  std::optional<PlanStep> step;  // set: not found yet, run this first
  Json found;                    // null: the split needs nothing
  std::string_view memo;         // of prepare itself; empty at its beginning

  // Gives a pass over the rows what its kernel shares them out by.
  absl::Status AddTo(PassSpec* pass) const;
  // Carries it to the next step.
  void Carry(PlanStep* step) const;
};

// What the stage does next about its split.
//
// Returns
//   InvalidArgument    the input has no rows, or tasks of it have no result
//   ResourceExhausted  there are too many classes and tasks; says what to do
absl::StatusOr<FoundSplit> FindSplit(const PlanContext& context, const PrepareOptions& options);

}  // namespace mote::coordinator
