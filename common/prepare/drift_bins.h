// How the values of a column are spread over a few bins, and how far that is from how
// the training rows' were.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"

namespace mote {

// Bins of numbers lie between the training rows' deciles (equal ones are one); those of
// categories are the ten most frequent and all others. The last bin is that of missing
// values. A plain value; no shares: drift is not measured.
struct DriftBins {
  std::vector<double> edges;            // numbers: bin i ends at edges[i]
  std::vector<std::string> categories;  // categories: bin i
  std::vector<double> shares;           // of the training rows, one for each bin

  bool operator==(const DriftBins&) const = default;
  bool empty() const { return shares.empty(); }
  int64_t OfNumber(double value) const;
  int64_t OfOther() const { return static_cast<int64_t>(shares.size()) - 2; }
  int64_t OfMissing() const { return static_cast<int64_t>(shares.size()) - 1; }

  // Population stability index Σ (q − p)·ln(q / p) of the counts' shares q and the
  // training rows' p, both at least 10⁻⁴, in millionths rounded (Siddiqi, Credit Risk
  // Scorecards, 2006: below 0.1 stable, above 0.25 shifted). 0 for no counts.
  double StabilityIndex(const int64_t* counts) const;

  Json ToJson() const;
  // InvalidArgument: not such a value.
  static absl::StatusOr<DriftBins> FromJson(const Json& json);
};

}  // namespace mote
