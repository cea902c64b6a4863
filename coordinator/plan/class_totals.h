// How many rows each class has, as a pass with the reducer class_counts found.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/output.h"
#include "common/pass_spec.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

// The pass that counts the classes of `table`, whose column label is i64.
absl::StatusOr<PassSpec> CountClassesPass(const Output& table, std::string_view label);

// Rows by class. InvalidArgument: not what that pass yields.
absl::StatusOr<std::vector<int64_t>> ClassTotals(const CompletedPass& done);

// InvalidArgument: fewer than two of the classes have rows.
absl::Status CheckClassTotals(const std::vector<int64_t>& totals, int64_t rows);

// Weights by which all classes with rows count alike: rows / (classes · rows of it).
std::vector<double> BalancedWeights(const std::vector<int64_t>& totals, int64_t rows);

}  // namespace mote::coordinator
