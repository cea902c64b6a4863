#include "common/prepare/drift_bins.h"

#include <algorithm>
#include <cmath>

#include "common/json.h"

namespace mote {
namespace {

constexpr double kShareMin = 1e-4;

}  // namespace

int64_t DriftBins::OfNumber(double value) const {
  int64_t below = 0;  // of a few edges: to look at all takes less than to guess which way to search
  for (const double edge : edges) below += edge < value;
  return below;
}

double DriftBins::StabilityIndex(const int64_t* counts) const {
  double total = 0;
  for (size_t i = 0; i < shares.size(); ++i) total += static_cast<double>(counts[i]);
  if (total == 0) return 0;
  double index = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    const double p = std::max(shares[i], kShareMin);
    const double q = std::max(static_cast<double>(counts[i]) / total, kShareMin);
    index += (q - p) * std::log(q / p);
  }
  return std::round(index * 1e6) / 1e6;
}

Json DriftBins::ToJson() const {
  Json json = {{"shares", shares}};
  if (!edges.empty()) json["edges"] = edges;
  if (!categories.empty()) json["categories"] = categories;
  return json;
}

absl::StatusOr<DriftBins> DriftBins::FromJson(const Json& json) {
  DriftBins bins;
  try {
    json.at("shares").get_to(bins.shares);
    if (json.contains("edges")) json.at("edges").get_to(bins.edges);
    if (json.contains("categories")) json.at("categories").get_to(bins.categories);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
  const size_t named = bins.edges.size() + bins.categories.size();
  const bool fits = bins.shares.size() == named + 2 && std::is_sorted(bins.edges.begin(), bins.edges.end());
  if (bins.empty() || fits) return bins;
  return absl::InvalidArgumentError("the bins of a column contradict each other");
}

}  // namespace mote
