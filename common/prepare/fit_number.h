// What is learnt of a column of numbers.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/prepare/fitted.h"
#include "common/prepare/options.h"
#include "common/prepare/table_profile.h"

namespace mote {

// Imputation, scale and bins, from statistics of the training rows whose outliers were
// treated already. Sets `column`, whose name is set.
//
// InvalidArgument: numbers too large to compute with, a constant that is none, or too
// many distinct values in too many columns for what is asked; says what to do.
absl::Status FitNumber(const ColumnProfile& profile, const PrepareOptions& options, FittedColumn* column);

// Which numbers of the column are no outliers, from statistics of the training rows as
// they are; nullopt: every number is welcome. Errors as FitNumber's.
absl::StatusOr<std::optional<NumberBounds>> FitBounds(const ColumnProfile& profile, const PrepareOptions& options);

}  // namespace mote
