#include "common/prepare/fit_number.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/prepare/cell.h"
#include "common/prepare/invalid.h"
#include "common/prepare/quantiles.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr int kBins = 10;

ValueCounts NumbersOf(const ColumnProfile& profile) {
  ValueCounts values = profile.values;
  values.ToNumbers();
  return values;
}

// The middle of a bucket may lie outside of all values.
double QuantileOf(const ColumnProfile& profile, const ValueCounts& values, double q) {
  return std::clamp(Quantile(values, profile.numbers.count, q), profile.numbers.min, profile.numbers.max);
}

// The distinct values do not fit, and `what` would need them.
absl::Status TooMany(const ColumnProfile& profile, const std::string& what, const char* remedy) {
  return Invalid(absl::StrCat("column \"", std::string(profile.name), "\" ", what,
                              ", and its distinct values do not fit beside those of so many columns; ", remedy));
}

// What missing numbers of the column become.
absl::Status FitImputation(const ColumnProfile& profile, const ValueCounts& values, const Imputation& impute,
                           FittedColumn* column) {
  column->impute_number = profile.numbers.mean;
  column->drops_missing = impute.how == Impute::kDrop;
  if (impute.how == Impute::kMean || impute.how == Impute::kDrop) return absl::OkStatus();
  if (impute.how == Impute::kConstant) {
    const std::optional<double> number = ParseNumber(impute.constant);
    if (!number.has_value()) {
      return Invalid(absl::StrCat("impute: column \"", column->name, "\" is one of numbers, and the constant \"",
                                  impute.constant, "\" is none; set another for it in impute.columns"));
    }
    column->impute_number = *number;
    return absl::OkStatus();
  }
  column->approximate = !values.exact();
  if (values.rung == Rung::kNone) {
    if (profile.missing == 0) return absl::OkStatus();  // the mean will do for other splits, and is marked
    return TooMany(profile, absl::StrCat("has ", profile.missing, " missing values"), "set impute: mean or drop");
  }
  column->impute_number = impute.how == Impute::kMedian ? QuantileOf(profile, values, 0.5)
                                                        : std::clamp(KeyNumber(Mode(values.numbers), values.shift),
                                                                     profile.numbers.min, profile.numbers.max);
  return absl::OkStatus();
}

// x = (value − center) / scale.
absl::Status FitScale(const ColumnProfile& profile, const ValueCounts& values, Standardize standardize,
                      FittedColumn* column) {
  column->center = column->mean;
  column->scale = column->std;
  if (standardize == Standardize::kZScore) return absl::OkStatus();
  if (standardize == Standardize::kOff) {
    column->center = 0;
    column->scale = 1;
    return absl::OkStatus();
  }
  if (standardize == Standardize::kMinMax) {
    const bool imputes = profile.missing > 0 && !column->drops_missing;
    column->center = imputes ? std::min(column->min, column->impute_number) : column->min;
    column->scale = (imputes ? std::max(column->max, column->impute_number) : column->max) - column->center;
    return absl::OkStatus();
  }
  if (values.rung == Rung::kNone) {
    return TooMany(profile, "is to be scaled by its quartiles", "set standardize: z_score");
  }
  column->center = QuantileOf(profile, values, 0.5);
  column->scale = QuantileOf(profile, values, 0.75) - QuantileOf(profile, values, 0.25);
  if (column->scale == 0) column->scale = column->std;  // more than half of the values are equal
  return absl::OkStatus();
}

// Deciles as edges, and how many of the training rows lie between them.
DriftBins FitBins(const ColumnProfile& profile, const ValueCounts& values) {
  DriftBins bins;
  if (values.rung == Rung::kNone || profile.numbers.count == 0) return bins;
  for (int i = 1; i < kBins; ++i) {
    const double edge = OrderStatistic(values, profile.numbers.count * i / kBins);
    if (bins.edges.empty() || edge > bins.edges.back()) bins.edges.push_back(edge);
  }
  const double rows = static_cast<double>(profile.numbers.count + profile.missing);
  bins.shares.resize(bins.edges.size() + 2);
  for (const auto& [key, count] : values.numbers) {
    bins.shares[static_cast<size_t>(bins.OfNumber(KeyNumber(key, values.shift)))] += static_cast<double>(count) / rows;
  }
  bins.shares.back() = static_cast<double>(profile.missing) / rows;
  return bins;
}

}  // namespace

absl::Status FitNumber(const ColumnProfile& profile, const PrepareOptions& options, FittedColumn* column) {
  const ValueCounts values = NumbersOf(profile);
  column->kind = ColumnKind::kNumber;
  column->min = profile.numbers.min;
  column->max = profile.numbers.max;
  MOTE_RETURN_IF_ERROR(FitImputation(profile, values, options.cleaning.ImputationOf(column->name), column));
  Moments all = profile.numbers;
  const double fill = column->impute_number;
  if (!column->drops_missing) all.Merge(Moments{profile.missing, fill, 0, fill, fill});
  column->mean = all.mean;
  column->std = std::sqrt(all.m2 / static_cast<double>(all.count));
  MOTE_RETURN_IF_ERROR(FitScale(profile, values, options.cleaning.standardize, column));
  column->bins = FitBins(profile, values);
  const double largest = std::max(std::abs(column->min), std::abs(column->max));
  const bool fits = options.cleaning.standardize != Standardize::kOff || largest <= std::numeric_limits<float>::max();
  const bool finite = std::isfinite(column->mean) && std::isfinite(column->std) && std::isfinite(column->scale);
  if (fits && finite) return absl::OkStatus();
  return Invalid(absl::StrCat("column \"", column->name, "\": its numbers reach from ", column->min, " to ",
                              column->max, ", too large to compute with; add it to drop_columns"));
}

absl::StatusOr<std::optional<NumberBounds>> FitBounds(const ColumnProfile& profile, const PrepareOptions& options) {
  const Outliers& outliers = options.cleaning.outliers;
  const std::string name(profile.name);
  const bool encoded = name == options.label || options.Drops(name) || options.Encodes(name);
  if (encoded || !outliers.Names(name)) return std::optional<NumberBounds>();
  if (!profile.numeric()) {
    if (outliers.columns.empty()) return std::optional<NumberBounds>();
    return Invalid(absl::StrCat("outliers.columns: column \"", name, "\" is not one of numbers: ", profile.not_numbers,
                                " of its ", profile.present(), " training values are none; take it off the list, or ",
                                "name it in `numbers`"));
  }
  if (profile.numbers.count == 0) return std::optional<NumberBounds>();
  NumberBounds bounds;
  if (outliers.rule == OutlierRule::kZScore) {
    const double std = std::sqrt(profile.numbers.m2 / static_cast<double>(profile.numbers.count));
    bounds = {profile.numbers.mean - outliers.k * std, profile.numbers.mean + outliers.k * std};
  } else {
    const ValueCounts values = NumbersOf(profile);
    if (values.rung == Rung::kNone) {
      return TooMany(profile, "is to be cleaned of outliers by its quartiles",
                     "set outliers.z_score, or name fewer in outliers.columns");
    }
    const double low = QuantileOf(profile, values, 0.25);
    const double high = QuantileOf(profile, values, 0.75);
    bounds = {low - outliers.k * (high - low), high + outliers.k * (high - low)};
  }
  if (std::isfinite(bounds.low) && std::isfinite(bounds.high)) return std::optional<NumberBounds>(bounds);
  return Invalid(
      absl::StrCat("column \"", name, "\": its numbers are too large to compute with; add it to drop_columns"));
}

}  // namespace mote
