// Tables whose rows stay at workers (`placement: pinned`): a step over them has a pass for
// each worker, and what these yield is put together by their order.
//
// A table that may be read anywhere is one of a single site, which has no name, so that a
// planner need not tell the two apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/output.h"
#include "common/pass_spec.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

struct SiteTable {
  std::string worker;  // empty: any
  Output rows;         // a table that is not pinned
};

// As they are ordered in the table: by the worker's name.
std::vector<SiteTable> SiteTablesOf(const Output& table);

// The table of what the sites have. InvalidArgument: their columns differ.
absl::StatusOr<Output> JoinSites(std::vector<SiteTable> sites);

// "berlin, paris"
std::string SiteNames(const Output& table);

// The roots of passes that do not finish, one of each site, combined in this order as the
// passes' reducer does; those without any result are passed over. Empty: there is none.
//
//   ResourceExhausted  one of them is too large to be here, or all together are
absl::StatusOr<std::string> CombineSites(const ReduceSpec& reducer, const std::vector<CompletedPass>& completed);

// The one task that makes of these roots what one such pass over all the rows would yield,
// whatever their size; and what it yielded.
//
//   InvalidArgument  no site has a result, or not what that task answers
absl::StatusOr<PassSpec> FinishSites(const ReduceSpec& reducer, const std::vector<CompletedPass>& completed);
absl::StatusOr<Output> FinishedSites(const CompletedPass& done);

}  // namespace mote::coordinator
