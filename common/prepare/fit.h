// From statistics of the training rows to what is applied to every row.
#pragma once

#include "absl/status/statusor.h"
#include "common/prepare/fitted.h"
#include "common/prepare/options.h"
#include "common/prepare/table_profile.h"

namespace mote {

// Fits columns, imputation, scale and classes. Pure.
//
// InvalidArgument
//   no training rows; the label is never given, has one class only, more than 1000,
//   or not two where `positive` is set; `positive` is no class; a text column has too
//   many distinct values; no column is left. The message names column and remedy.
absl::StatusOr<Fitted> Fit(const TableProfile& profile, const PrepareOptions& options);

}  // namespace mote
