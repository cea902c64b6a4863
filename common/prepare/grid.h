// The values of a prepared column that a model is tried with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json.h"
#include "common/prepare/fitted.h"

namespace mote {

struct GridPoint {
  Json value;  // as in the raw table: a number or a text
  // The column's features for it: the one at `place` is `x`, the others are 0.
  int64_t place = 0;
  float x = 0;
};

// Of numbers: the least and the greatest of the training rows and the deciles between
// them, or, where these are not known, as many evenly spaced; ascending, equal ones
// once. Of categories: all, in the order of their features, or, where there are many, the
// most frequent. None: the column has no features, or they do not say its value (hashed).
std::vector<GridPoint> GridOf(const FittedColumn& column);

// The values of the columns that `names` has, or of all whose values are known: {classes,
// unnamed_features, columns: [{name, kind, first_feature, width, values, places, x}]}.
// `unnamed_features`: how many a row has, where their names take too much room for tables to
// carry them; else 0.
//
//   InvalidArgument  a name that no column of features has, or one whose values are not known;
//                    or the document takes over kInlineBytesMax, with what planners could not read it
absl::StatusOr<Json> GridDocument(const Fitted& fitted, const std::vector<std::string>& names);

}  // namespace mote
