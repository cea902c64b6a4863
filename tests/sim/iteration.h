// An iterative operation for the simulation: steps whose passes are volatile, with a
// checkpoint now and then.
//
// A step sums values that depend on the state before it; the root's bits make the next
// state. So a step that ran twice, not at all, or with another absent set shows at the
// end. Where sums stay apart, as gradients of a training do, who runs a step makes the state
// of them itself, and every few steps a task says what it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/subtree.h"
#include "coordinator/core/planner.h"

namespace mote::sim {

namespace mc = ::mote::coordinator;

inline constexpr char kIterate[] = "sim_iterate";
inline constexpr char kSettle[] = "sim_settle";  // the kernel of such a task

// The operations of the product, those of two_stages.h, and `sim_iterate: {seed, steps}`.
const mc::PlannerTable& SimPlanners();

// The state in which a pass of these kernels begins. Errors as `read`'s.
absl::StatusOr<std::string> StateOf(const PassSpec& pass, const ValueReader& read);

// The state after a step that began in `state` and whose root has these bytes.
std::string NextState(const std::string& state, std::string_view root);

}  // namespace mote::sim
