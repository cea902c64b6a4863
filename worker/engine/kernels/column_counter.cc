#include "worker/engine/kernels/column_counter.h"

#include <algorithm>

#include "common/prepare/cell.h"

namespace mote::engine {
namespace {

// Moments of a few numbers, in two passes over them.
Moments MomentsOf(const double* numbers, size_t count) {
  Moments moments;
  if (count == 0) return moments;
  double sum = 0;
  moments.min = moments.max = numbers[0];
  for (size_t i = 0; i < count; ++i) {
    sum += numbers[i];
    moments.min = std::min(moments.min, numbers[i]);
    moments.max = std::max(moments.max, numbers[i]);
  }
  moments.count = static_cast<int64_t>(count);
  moments.mean = sum / static_cast<double>(count);
  for (size_t i = 0; i < count; ++i) moments.m2 += (numbers[i] - moments.mean) * (numbers[i] - moments.mean);
  return moments;
}

}  // namespace

void ColumnCounter::Add(std::string_view cell) {
  if (rung_ == Rung::kTexts) return AddText(cell);
  const std::optional<double> number = ParseNumber(cell);
  if (!number.has_value()) {
    ++not_numbers_;
    return GiveUp();
  }
  AddNumber(*number);
  if (rung_ == Rung::kNumbers) CountKey(NumberKey(*number, shift_), 1);
}

void ColumnCounter::AddText(std::string_view cell) {
  const size_t place = keys_.Find(cell);
  if (place == texts_.size()) texts_.push_back({0, ParseNumber(cell)});
  Text& text = texts_[place];
  ++text.count;
  if (text.number) {
    AddNumber(*text.number);
  } else {
    ++not_numbers_;
  }
  if (texts_.size() > kTextsMax) TextsToNumbers();
}

void ColumnCounter::AddNumber(double number) {
  latest_[latest_count_++] = number;
  if (latest_count_ < latest_.size()) return;
  moments_.Merge(MomentsOf(latest_.data(), latest_count_));
  latest_count_ = 0;
}

void ColumnCounter::CountKey(int64_t key, int64_t count) {
  numbers_.Add(key, count);
  if (shift_ == 0 && numbers_.size() > kNumbersMax) Coarsen();
}

void ColumnCounter::TextsToNumbers() {
  if (not_numbers_ > 0) return GiveUp();
  rung_ = Rung::kNumbers;
  for (const Text& text : texts_) CountKey(NumberKey(*text.number, 0), text.count);
  keys_.clear();
  texts_.clear();
}

void ColumnCounter::Coarsen() {
  NumberTable wide;
  for (const auto& [key, count] : numbers_.Entries()) wide.Add(key >> kSketchShift, count);
  numbers_ = std::move(wide);
  shift_ = kSketchShift;
}

void ColumnCounter::GiveUp() {
  rung_ = Rung::kNone;
  shift_ = 0;
  keys_.clear();
  texts_.clear();
  numbers_.clear();
}

ColumnProfile ColumnCounter::Take() const {
  ColumnProfile profile{name_, pinned_, missing_, not_numbers_, moments_, {}};
  profile.numbers.Merge(MomentsOf(latest_.data(), latest_count_));
  ValueCounts& values = profile.values;
  values.rung = rung_;
  values.shift = shift_;
  for (size_t i = 0; i < texts_.size(); ++i) values.texts.emplace_back(keys_[i], texts_[i].count);
  values.numbers = numbers_.Entries();
  std::sort(values.texts.begin(), values.texts.end());
  std::sort(values.numbers.begin(), values.numbers.end());
  return profile;
}

}  // namespace mote::engine
