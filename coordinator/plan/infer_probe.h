// Measures one model over one table again and again, each time with some numbers of
// every row changed: what operations that explain a model have in common. Each
// measurement is a pass of `infer`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/json.h"
#include "coordinator/core/planner.h"
#include "coordinator/plan/feature_groups.h"

namespace mote::coordinator {

// Read once per call of Next: `context` and `infer` must outlive it.
class InferProbe {
 public:
  // The operation's parameters `model` and `inputs` are infer's; `reduce` is what a
  // measurement yields.
  //
  //   InvalidArgument  as infer's, or the model takes several batches
  static absl::StatusOr<InferProbe> Open(const PlanContext& context, const Planner& infer, ReduceSpec reduce);
  // What Open would say of the parameters alone.
  static absl::Status Validate(const Json& parameters, const Planner& infer);

  int64_t rows() const { return input_->rows; }
  // What each number of a row belongs to.
  const std::vector<FeatureGroup>& groups() const { return groups_; }
  // How many numbers a row has, and whether the table says what they are called.
  size_t width() const { return width_; }
  bool is_named() const { return is_named_; }

  // The pass over the rows with this `change`, a parameter of the kernels ("shuffle",
  // "fix"); null: as they are.
  absl::StatusOr<PassSpec> Pass(std::string_view change, const Json& value, std::string label) const;
  // InvalidArgument: some of a measurement's tasks are quarantined.
  absl::Status CheckWhole(const CompletedPass& done) const;
  // What a measurement yielded. Errors as CheckWhole.
  absl::StatusOr<Output> ResultOf(const CompletedPass& done) const;

  // The next few of `passes` measurements, of which `done` are done.
  static absl::StatusOr<PlanStep> NextPasses(int64_t done, int64_t passes,
                                             const std::function<absl::StatusOr<PassSpec>(int64_t)>& pass_of);

 private:
  InferProbe(const PlanContext& context, const Planner& infer, ReduceSpec reduce)
      : context_(&context), infer_(&infer), reduce_(std::move(reduce)) {}

  absl::Status FindGroups();
  absl::StatusOr<PlanStep> Ask(const std::vector<CompletedPass>& completed) const;

  const PlanContext* context_;
  const Planner* infer_;
  ReduceSpec reduce_;
  const Output* input_ = nullptr;
  Json infer_parameters_;
  std::vector<FeatureGroup> groups_;
  size_t width_ = 0;
  bool is_named_ = false;
};

}  // namespace mote::coordinator
