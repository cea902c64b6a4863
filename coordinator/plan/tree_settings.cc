#include "coordinator/plan/tree_settings.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bin_edges.h"
#include "common/status_macros.h"
#include "common/suggest.h"

namespace mote::coordinator {
namespace {

constexpr int64_t kTreesMax = 100'000;
// The losses of all rounds travel in the plan's memo, which stays small.
constexpr int64_t kRoundsMax = 4000;
constexpr int64_t kDepthMax = 64;
constexpr int64_t kBoostDepthMax = 12;

absl::StatusOr<bool> SecondOf(const Params& params, const std::string& name, const std::string& first,
                              const std::string& second) {
  const std::string value = params.Text(name);
  if (value == first || value == second) return value == second;
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": \"", value, "\" is neither ", first, " nor ", second, DidYouMean(value, {first, second})));
}

// The integer root, rounded down.
int64_t Root(int64_t value) {
  int64_t root = 0;
  while ((root + 1) * (root + 1) <= value) ++root;
  return root;
}

absl::Status ParseFeatures(const Json& features, ForestSettings* settings) {
  if (features == "sqrt") return absl::OkStatus();
  settings->sqrt_features = false;
  if (features == "all") return absl::OkStatus();
  if (features.is_number_integer() && features >= 1 && features <= kTreeFeaturesMax) {
    settings->features = features.get<int64_t>();
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("features: ", features.dump(), " is neither sqrt, all nor a number of features from 1 on"));
}

}  // namespace

absl::StatusOr<int64_t> IntegerIn(const Params& params, const std::string& name, int64_t least, int64_t most) {
  const int64_t value = params.Integer(name);
  if (value >= least && value <= most) return value;
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", value, " is not in ", least, " to ", most));
}

absl::StatusOr<double> NumberIn(const Params& params, const std::string& name, double least, double most) {
  const double value = params.Number(name);
  if (value >= least && value <= most) return value;
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", value, " is not in ", least, " to ", most));
}

int64_t ForestSettings::FeaturesOf(int64_t width) const {
  if (sqrt_features) return std::max<int64_t>(Root(width), 1);
  return features == 0 ? width : std::min(features, width);
}

absl::StatusOr<ForestSettings> ForestSettings::Parse(const Json& parameters) {
  const Params params(parameters);
  ForestSettings settings;
  MOTE_ASSIGN_OR_RETURN(settings.trees, IntegerIn(params, "trees", 1, kTreesMax));
  MOTE_ASSIGN_OR_RETURN(settings.depth, IntegerIn(params, "depth", 1, kDepthMax));
  MOTE_ASSIGN_OR_RETURN(settings.rows_min, IntegerIn(params, "rows_min", 1, int64_t{1} << 40));
  MOTE_ASSIGN_OR_RETURN(settings.bins, IntegerIn(params, "bins", 2, kBinsMax));
  MOTE_ASSIGN_OR_RETURN(settings.seed, IntegerIn(params, "seed", 0, int64_t{1} << 53));
  MOTE_ASSIGN_OR_RETURN(settings.balanced, SecondOf(params, "class_weights", "none", "balanced"));
  settings.bootstrap = params.Flag("bootstrap");
  MOTE_RETURN_IF_ERROR(ParseFeatures(parameters.at("features"), &settings));
  return settings;
}

absl::StatusOr<BoostOptions> BoostOptions::Parse(const Json& parameters) {
  const Params params(parameters);
  BoostOptions options;
  MOTE_ASSIGN_OR_RETURN(options.squared, SecondOf(params, "loss", "logistic", "squared"));
  MOTE_ASSIGN_OR_RETURN(options.rounds, IntegerIn(params, "rounds", 1, kRoundsMax));
  MOTE_ASSIGN_OR_RETURN(options.learning_rate, NumberIn(params, "learning_rate", 1e-6, 10));
  MOTE_ASSIGN_OR_RETURN(options.depth, IntegerIn(params, "depth", 1, kBoostDepthMax));
  MOTE_ASSIGN_OR_RETURN(options.rows_min, IntegerIn(params, "rows_min", 1, int64_t{1} << 40));
  MOTE_ASSIGN_OR_RETURN(options.l2, NumberIn(params, "l2", 0, 1e12));
  MOTE_ASSIGN_OR_RETURN(options.gain_min, NumberIn(params, "gain_min", 0, 1e12));
  MOTE_ASSIGN_OR_RETURN(options.bins, IntegerIn(params, "bins", 2, kBinsMax));
  MOTE_ASSIGN_OR_RETURN(options.patience, IntegerIn(params, "patience", 0, kRoundsMax));
  if (options.patience > 0 && params.Find("validate") == nullptr) {
    return absl::InvalidArgumentError("patience: early stopping needs a table to measure on; set validate");
  }
  return options;
}

}  // namespace mote::coordinator
