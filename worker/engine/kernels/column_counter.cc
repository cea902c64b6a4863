#include "worker/engine/kernels/column_counter.h"

#include <algorithm>
#include <optional>

#include "common/prepare/cell.h"

namespace mote::engine {

void ColumnCounter::Add(std::string_view cell) {
  if (rung_ == Rung::kTexts) {
    const Text& text = CountText(cell);
    if (text.is_number) {
      moments_.Add(text.number);
    } else {
      ++not_numbers_;
    }
    if (texts_.size() > kTextsMax) TextsToNumbers();
    return;
  }
  const std::optional<double> number = ParseNumber(cell);
  if (!number.has_value()) {
    ++not_numbers_;
    return GiveUp();
  }
  moments_.Add(*number);
  if (rung_ == Rung::kNumbers) CountNumber(NumberKey(*number, shift_), 1);
}

const ColumnCounter::Text& ColumnCounter::CountText(std::string_view cell) {
  const auto found = texts_.find(absl::string_view(cell.data(), cell.size()));
  if (found != texts_.end()) {
    ++found->second.count;
    return found->second;
  }
  stored_.push_back(std::make_unique<std::string>(cell));
  const std::optional<double> number = ParseNumber(cell);
  return texts_.emplace(*stored_.back(), Text{1, number.has_value(), number.value_or(0)}).first->second;
}

void ColumnCounter::CountNumber(int64_t key, int64_t count) {
  numbers_[key] += count;
  if (shift_ == 0 && numbers_.size() > kNumbersMax) Coarsen();
}

void ColumnCounter::TextsToNumbers() {
  if (not_numbers_ > 0) return GiveUp();
  rung_ = Rung::kNumbers;
  for (const auto& [cell, text] : texts_) CountNumber(NumberKey(text.number, 0), text.count);
  texts_.clear();
  stored_.clear();
}

void ColumnCounter::Coarsen() {
  absl::flat_hash_map<int64_t, int64_t> wide;
  for (const auto& [key, count] : numbers_) wide[key >> kSketchShift] += count;
  numbers_ = std::move(wide);
  shift_ = kSketchShift;
}

void ColumnCounter::GiveUp() {
  rung_ = Rung::kNone;
  shift_ = 0;
  texts_.clear();
  stored_.clear();
  numbers_.clear();
}

ColumnProfile ColumnCounter::Take() const {
  ColumnProfile profile{name_, pinned_, missing_, not_numbers_, moments_, {}};
  ValueCounts& values = profile.values;
  values.rung = rung_;
  values.shift = shift_;
  for (const auto& [cell, text] : texts_) {
    values.texts.emplace_back(std::string_view(cell.data(), cell.size()), text.count);
  }
  for (const auto& [key, count] : numbers_) values.numbers.emplace_back(key, count);
  std::sort(values.texts.begin(), values.texts.end());
  std::sort(values.numbers.begin(), values.numbers.end());
  return profile;
}

}  // namespace mote::engine
