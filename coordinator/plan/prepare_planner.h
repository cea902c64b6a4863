// Operation `prepare`: raw CSV rows → splits of cleaned, imputed, one-hot encoded and
// standardised rows, fitted on the training split only.
//
// Two passes over the rows: statistics of the training rows, then the rows
// themselves. Between them the planner fits (common/prepare/fit.h).
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakePreparePlanner();

}  // namespace mote::coordinator
