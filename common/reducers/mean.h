// `mean` and `weighted_mean`: Y = Σ w·y / Σ w, element by element.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/reducers/sum.h"

namespace mote {

// Sums w·y and w on the tree and divides once, in Finish; so the shares
// w_i / Σ w add up to 1 by construction. The result is f64.
class MeanReducer : public SumReducer {
 public:
  // `weight_column` empty: every row weighs 1.
  explicit MeanReducer(std::string weight_column);

  // The means of one column's elements, of a root that no Finish was asked for.
  //
  //   InvalidArgument  not a partial of this reducer, of no rows, or without the column
  absl::StatusOr<std::vector<double>> MeansOf(std::string_view root, std::string_view column) const;

 protected:
  Table FinishTable(const NumericPartial& partial) const override;
};

ReducerEntry MeanEntry();
ReducerEntry WeightedMeanEntry();

}  // namespace mote
