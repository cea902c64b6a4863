// `sum`: every numeric column added up, element by element.
#pragma once

#include "common/reducers/numeric.h"
#include "common/reducers/reducer_entry.h"

namespace mote {

// Integers are added exactly in i64 and stay i64 (overflow is InvalidArgument);
// f32 and f64 are added in f64, in the order of the tree.
class SumReducer : public NumericReducer {
 public:
  SumReducer() : SumReducer("sum", "") {}

 protected:
  SumReducer(std::string name, std::string weight_column);
  size_t CombineIntegers(char* left, const char* right, size_t count) const final;
  void CombineFloats(char* left, const char* right, size_t count) const final;
};

ReducerEntry SumEntry();

}  // namespace mote
