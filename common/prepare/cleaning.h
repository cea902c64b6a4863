// How `prepare` treats the values of a column: the part of its parameters that says so.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/json_params.h"

namespace mote {

// What a missing value becomes. A category knows neither median nor mean: it takes the
// mode. kDrop: the row is left out.
enum class Impute { kMedian, kMean, kMode, kDrop, kConstant };

struct Imputation {
  Impute how = Impute::kMedian;
  std::string constant = {};  // kConstant
  bool operator==(const Imputation&) const = default;
};

enum class Standardize { kZScore, kMinMax, kRobust, kOff };

// Which numbers are outliers: beyond the quartiles by k times their distance (Tukey), or
// beyond the mean by k standard deviations.
enum class OutlierRule { kNone, kIqr, kZScore };
// What becomes of them: the nearest number that is none, a missing value, or the row is
// left out.
enum class OutlierFate { kClip, kMissing, kDrop };

struct Outliers {
  OutlierRule rule = OutlierRule::kNone;
  double k = 1.5;
  OutlierFate fate = OutlierFate::kClip;
  std::vector<std::string> columns = {};  // empty: every column of numbers
  bool Names(std::string_view column) const;
};

struct Cleaning {
  Imputation impute;  // of columns that impute_columns does not name
  std::map<std::string, Imputation, std::less<>> impute_columns;
  Outliers outliers;
  Standardize standardize = Standardize::kZScore;
  // Categories that become one number, their place in this order; empty: sorted by bytes.
  std::map<std::string, std::vector<std::string>, std::less<>> ordinal;
  // Categories that become one of so many features, by a hash of their text.
  std::map<std::string, int64_t, std::less<>> hash;
  std::vector<std::string> numbers;  // columns of numbers although some training value is none

  // InvalidArgument: a value is not allowed; names the parameter and what is.
  static absl::StatusOr<Cleaning> Parse(const Params& params);

  const Imputation& ImputationOf(std::string_view column) const;
  // A row that misses a value of this column is left out.
  bool DropsMissing(std::string_view column) const { return ImputationOf(column).how == Impute::kDrop; }
  bool IsNumbers(std::string_view column) const;
  // Parameter and column, of every column that is named anywhere.
  std::vector<std::pair<std::string, std::string>> NamedColumns() const;
};

const char* Name(Impute impute);
const char* Name(Standardize standardize);

// FNV-1a of the text, then mixed (SplitMix64's finaliser): which of `buckets` features a
// hashed category is. The same on every machine, for ever.
int64_t HashBucket(std::string_view text, int64_t buckets);

// The thresholds of the parameter `quality`; what exceeds one fails the stage.
struct QualityLimits {
  std::optional<double> max_missing;   // share of a column's values
  std::optional<double> max_dropped;   // share of the rows read
  std::optional<double> max_outliers;  // share of a column's values
  std::optional<double> max_unseen;    // share of a column's values
  std::optional<double> max_drift;     // population stability index

  static absl::StatusOr<QualityLimits> Parse(const Params& params);
};

}  // namespace mote
