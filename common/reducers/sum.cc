#include "common/reducers/sum.h"

#include <utility>

#include "common/json.h"

namespace mote {

SumReducer::SumReducer(std::string name, std::string weight_column)
    : NumericReducer(std::move(name), std::move(weight_column)) {}

size_t SumReducer::CombineIntegers(char* left, const char* right, size_t count) const {
  for (size_t i = 0; i < count; ++i) {
    int64_t a, b;
    std::memcpy(&a, left + i * sizeof(a), sizeof(a));
    std::memcpy(&b, right + i * sizeof(b), sizeof(b));
    if (__builtin_add_overflow(a, b, &a)) return i;
    std::memcpy(left + i * sizeof(a), &a, sizeof(a));
  }
  return count;
}

void SumReducer::CombineFloats(char* left, const char* right, size_t count) const {
  ForEachPair<double>(left, right, count, [](double a, double b) { return a + b; });
}

ReducerEntry SumEntry() {
  return {
      .description = {.name = "sum",
                      .summary = "Each numeric column added up over all rows, element by element: a table of one row "
                                 "(integers exact in i64, others f64)",
                      .parameters = {},
                      .bound = "8 bytes a value"},
      .make_rows = [](const Json&) -> absl::StatusOr<std::unique_ptr<RowReducer>> {
        return std::make_unique<SumReducer>();
      }};
}

}  // namespace mote
