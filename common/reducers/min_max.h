// `min` and `max`: the extremes of every numeric column, element by element.
#pragma once

#include "common/reducers/numeric.h"
#include "common/reducers/reducer_entry.h"

namespace mote {

// Integers stay i64, others are f64. A NaN anywhere makes the extreme NaN, as
// numpy's min and max do: an answer that ignores rows would mislead.
class ExtremeReducer : public NumericReducer {
 public:
  explicit ExtremeReducer(bool max);

 protected:
  size_t CombineIntegers(char* left, const char* right, size_t count) const override;
  void CombineFloats(char* left, const char* right, size_t count) const override;

 private:
  bool max_;
};

ReducerEntry MinEntry();
ReducerEntry MaxEntry();

}  // namespace mote
