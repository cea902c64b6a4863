#include "common/reducers/min_max.h"

#include <algorithm>
#include <cmath>

#include "common/json.h"

namespace mote {
namespace {

template <bool kMax>
absl::StatusOr<std::unique_ptr<RowReducer>> Make(const Json&) {
  return std::make_unique<ExtremeReducer>(kMax);
}

}  // namespace

ExtremeReducer::ExtremeReducer(bool max) : NumericReducer(max ? "max" : "min", ""), max_(max) {}

size_t ExtremeReducer::CombineIntegers(char* left, const char* right, size_t count) const {
  if (max_) {
    ForEachPair<int64_t>(left, right, count, [](int64_t a, int64_t b) { return std::max(a, b); });
  } else {
    ForEachPair<int64_t>(left, right, count, [](int64_t a, int64_t b) { return std::min(a, b); });
  }
  return count;
}

void ExtremeReducer::CombineFloats(char* left, const char* right, size_t count) const {
  if (max_) {
    ForEachPair<double>(left, right, count, [](double a, double b) { return a > b || std::isnan(a) ? a : b; });
  } else {
    ForEachPair<double>(left, right, count, [](double a, double b) { return a < b || std::isnan(a) ? a : b; });
  }
}

ReducerEntry MinEntry() {
  return {.description = {.name = "min",
                          .summary = "The least value of each numeric column, element by element: a table of one row",
                          .parameters = {},
                          .bound = "8 bytes a value"},
          .make_rows = Make<false>};
}

ReducerEntry MaxEntry() {
  return {
      .description = {.name = "max",
                      .summary = "The greatest value of each numeric column, element by element: a table of one row",
                      .parameters = {},
                      .bound = "8 bytes a value"},
      .make_rows = Make<true>};
}

}  // namespace mote
