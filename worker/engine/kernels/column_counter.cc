#include "worker/engine/kernels/column_counter.h"

#include <algorithm>
#include <cmath>

#include "common/prepare/cell.h"

namespace mote::engine {

void ColumnCounter::Add(std::string_view cell) {
  if (rung_ == Rung::kTexts) return AddText(cell);
  const double number = NumberOf(cell);
  if (std::isnan(number)) {
    ++not_numbers_;
    return GiveUp();
  }
  AddNumber(number);
  if (rung_ == Rung::kNumbers) numbers_.Add(number);
}

void ColumnCounter::AddText(std::string_view cell) {
  const size_t place = keys_.Add(cell);
  if (place == texts_.size()) texts_.push_back({0, NumberOf(cell)});
  Text& text = texts_[place];
  ++text.count;
  if (std::isnan(text.number)) {
    ++not_numbers_;
  } else {
    AddNumber(text.number);
  }
  if (texts_.size() > kTextsMax) TextsToNumbers();
}

// The sum grows as numbers come, which takes no time beside the rest; deviations from the
// mean need it whole.
void ColumnCounter::AddNumber(double number) {
  const bool first = latest_count_ == 0;
  latest_sum_ = first ? number : latest_sum_ + number;
  latest_min_ = first ? number : std::min(latest_min_, number);
  latest_max_ = first ? number : std::max(latest_max_, number);
  latest_[latest_count_++] = number;
  if (latest_count_ < latest_.size()) return;
  moments_.Merge(LatestMoments());
  latest_count_ = 0;
}

Moments ColumnCounter::LatestMoments() const {
  if (latest_count_ == 0) return {};
  const auto count = static_cast<int64_t>(latest_count_);
  // Of equal numbers the mean is that number: by their sum it would be beside it, and a
  // column that does not vary would seem to, if little.
  const double mean = latest_min_ == latest_max_ ? latest_min_ : latest_sum_ / static_cast<double>(count);
  Moments moments{count, mean, 0, latest_min_, latest_max_};
  for (size_t i = 0; i < latest_count_; ++i) moments.m2 += (latest_[i] - moments.mean) * (latest_[i] - moments.mean);
  return moments;
}

void ColumnCounter::TextsToNumbers() {
  if (not_numbers_ > 0) return GiveUp();
  rung_ = Rung::kNumbers;
  for (const Text& text : texts_) numbers_.Add(text.number, text.count);
  keys_.clear();
  texts_.clear();
}

void ColumnCounter::GiveUp() {
  rung_ = Rung::kNone;
  keys_.clear();
  texts_.clear();
  numbers_.clear();
}

ColumnProfile ColumnCounter::Take() {
  ColumnProfile profile{name_, pinned_, missing_, not_numbers_, moments_, {}};
  profile.numbers.Merge(LatestMoments());
  ValueCounts& values = profile.values;
  values.rung = rung_;
  numbers_.Settle();
  values.shift = numbers_.shift();
  for (size_t i = 0; i < texts_.size(); ++i) values.texts.emplace_back(keys_[i], texts_[i].count);
  values.numbers = numbers_.Entries();
  std::sort(values.texts.begin(), values.texts.end());
  return profile;
}

}  // namespace mote::engine
