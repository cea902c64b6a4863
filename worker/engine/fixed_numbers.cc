#include "worker/engine/fixed_numbers.h"

#include "absl/strings/str_cat.h"

namespace mote::engine {

absl::StatusOr<FixedNumbers> FixedNumbers::Open(const Json& fix, int64_t width) {
  const auto numbers = fix.at("numbers").get<std::vector<int64_t>>();
  const auto values = fix.at("values").get<std::vector<float>>();
  if (numbers.size() != values.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("fix: ", numbers.size(), " numbers of a row cannot take ", values.size(), " values"));
  }
  std::vector<std::pair<size_t, float>> placed;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] < 0 || numbers[i] >= width) {
      return absl::InvalidArgumentError(absl::StrCat("fix: a row has ", width, " numbers and no number ", numbers[i]));
    }
    placed.emplace_back(static_cast<size_t>(numbers[i]), values[i]);
  }
  return FixedNumbers(std::move(placed));
}

void FixedNumbers::PutInto(Batch* batch) const {
  const auto width = static_cast<size_t>(batch->width);
  for (size_t row = 0; row < static_cast<size_t>(batch->rows); ++row) {
    for (const auto& [place, value] : values_) batch->values[row * width + place] = value;
  }
}

}  // namespace mote::engine
