// From statistics of the training rows to what is applied to every row.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/prepare/fitted.h"
#include "common/prepare/options.h"
#include "common/prepare/table_profile.h"

namespace mote {

// Which numbers are outliers, column by column, from statistics of the training rows as
// they are. Pure. Errors as FitBounds (fit_number.h).
absl::StatusOr<std::vector<std::optional<NumberBounds>>> FitAllBounds(const TableProfile& profile,
                                                                      const PrepareOptions& options);

// Fits columns, imputation, scale and classes. Pure. `bounds` are those that the rows of
// `profile` were treated with, of each column; none: there are no outliers.
//
// InvalidArgument
//   no training rows; the label is never given, has one class only, more than 1000,
//   or not two where `positive` is set; `positive` is no class; a text column has too
//   many distinct values; no column is left. The message names column and remedy.
absl::StatusOr<Fitted> Fit(const TableProfile& profile, const PrepareOptions& options,
                           const std::vector<std::optional<NumberBounds>>& bounds);

}  // namespace mote
