// The values of a prepared column that a model is tried with.
#pragma once

#include <cstdint>
#include <vector>

#include "common/json.h"
#include "common/prepare/fitted.h"

namespace mote {

struct GridPoint {
  Json value;            // as in the raw table: a number or a text
  std::vector<float> x;  // the column's features for it
};

// Of numbers: the least and the greatest of the training rows and the deciles between
// them, or, where these are not known, as many evenly spaced; ascending, equal ones
// once. Of categories: all, in the order of their features, or, where there are many, the
// most frequent. None: the column has no features, or they do not say its value (hashed).
std::vector<GridPoint> GridOf(const FittedColumn& column);

}  // namespace mote
