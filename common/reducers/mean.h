// `mean` and `weighted_mean`: Y = Σ w·y / Σ w, element by element.
#pragma once

#include "common/reducers/sum.h"

namespace mote {

// Sums w·y and w on the tree and divides once, in Finish; so the shares
// w_i / Σ w add up to 1 by construction. The result is f64.
class MeanReducer : public SumReducer {
 public:
  // `weight_column` empty: every row weighs 1.
  explicit MeanReducer(std::string weight_column);

 protected:
  Table FinishTable(const NumericPartial& partial) const override;
};

ReducerEntry MeanEntry();
ReducerEntry WeightedMeanEntry();

}  // namespace mote
