// Reading the parameters of forest and boost.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/json.h"
#include "common/json_params.h"

namespace mote::coordinator {

//   InvalidArgument  "trees: 0 is not in 1 to 100000"
absl::StatusOr<int64_t> IntegerIn(const Params& params, const std::string& name, int64_t least, int64_t most);
absl::StatusOr<double> NumberIn(const Params& params, const std::string& name, double least, double most);

struct ForestSettings {
  int64_t trees = 100;
  int64_t depth = 64;
  int64_t rows_min = 1;
  int64_t bins = 255;
  int64_t seed = 0;
  bool bootstrap = true;
  bool balanced = false;
  bool sqrt_features = true;  // looked at for a split; else:
  int64_t features = 0;       // so many; 0: all

  // Of a table of `width` features.
  int64_t FeaturesOf(int64_t width) const;
  static absl::StatusOr<ForestSettings> Parse(const Json& parameters);
};

struct BoostOptions {
  bool squared = false;
  int64_t rounds = 100;
  double learning_rate = 0.1;
  int64_t depth = 6;
  int64_t rows_min = 20;
  double l2 = 1;
  double gain_min = 0;
  int64_t bins = 255;
  int64_t patience = 0;  // 0: no early stopping

  static absl::StatusOr<BoostOptions> Parse(const Json& parameters);
};

}  // namespace mote::coordinator
