#include "common/prepare/value_counts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/prepare/cell.h"
#include "common/prepare/varint.h"
#include "common/status_macros.h"

namespace mote {
namespace {

// Merges two sorted lists, adding the counts of equal keys.
template <class Entries>
Entries MergeSorted(const Entries& a, const Entries& b) {
  Entries merged;
  merged.reserve(a.size() + b.size());
  auto i = a.begin();
  auto j = b.begin();
  while (i != a.end() && j != b.end()) {
    if (i->first < j->first) {
      merged.push_back(*i++);
    } else if (j->first < i->first) {
      merged.push_back(*j++);
    } else {
      merged.emplace_back(i->first, i->second + j->second);
      ++i, ++j;
    }
  }
  merged.insert(merged.end(), i, a.end());
  merged.insert(merged.end(), j, b.end());
  return merged;
}

// Adds up neighbours with equal keys.
void JoinEqual(NumberEntries& entries) {
  size_t kept = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (kept > 0 && entries[kept - 1].first == entries[i].first) {
      entries[kept - 1].second += entries[i].second;
    } else {
      entries[kept++] = entries[i];
    }
  }
  entries.resize(kept);
}

// Of sorted keys, how many are different without their lowest bits.
class DistinctKeys {
 public:
  explicit DistinctKeys(const NumberEntries& entries) {
    for (size_t i = 1; i < entries.size(); ++i) {
      ++differ_in_[std::bit_width(static_cast<uint64_t>(entries[i].first ^ entries[i - 1].first))];
    }
  }

  size_t Without(int bits) const { return std::accumulate(differ_in_.begin() + bits + 1, differ_in_.end(), size_t{1}); }
  // The fewest bits without which at most so many are different, up to kSketchShift.
  int BitsFor(size_t different) const {
    int bits = 0;
    while (bits < kSketchShift && Without(bits) > different) ++bits;
    return bits;
  }

 private:
  std::array<size_t, 65> differ_in_{};  // neighbours, by the highest bit that they differ in, from 1 on
};

}  // namespace

int FittingShift(const NumberEntries& entries, int shift) {
  if (shift == 0 && entries.size() <= kNumbersMax) return 0;
  const DistinctKeys keys(entries);
  if (keys.Without(kSketchShift - shift) >= kSketchLeast) return kSketchShift;
  return std::min(shift + keys.BitsFor(kNumbersMax), kSketchShift);
}

int64_t NumberKey(double value, int shift) {
  const int64_t magnitude = static_cast<int64_t>(std::bit_cast<uint64_t>(std::abs(value)) >> shift);
  return value < 0 ? -1 - magnitude : magnitude;
}

double KeyNumber(int64_t key, int shift) {
  const uint64_t magnitude = static_cast<uint64_t>(key < 0 ? -1 - key : key);
  const double low = std::bit_cast<double>(magnitude << shift);
  if (shift == 0 || magnitude == 0) return key < 0 ? -low : low;
  const double high = std::bit_cast<double>((magnitude + 1) << shift);
  const double middle = std::isfinite(high) ? low + (high - low) / 2 : low;
  return key < 0 ? -middle : middle;
}

void ValueCounts::Clear() {
  rung = Rung::kNone;
  shift = 0;
  texts.clear();
  numbers.clear();
}

void ValueCounts::Merge(const ValueCounts& other) {
  if (rung == Rung::kNone || other.rung == Rung::kNone) return Clear();
  if (rung == Rung::kTexts && other.rung == Rung::kTexts) {
    texts = MergeSorted(texts, other.texts);
    return Fit();
  }
  ValueCounts right = other;
  ToNumbers();
  right.ToNumbers();
  if (rung == Rung::kNone || right.rung == Rung::kNone) return Clear();
  const int wider = std::max(shift, right.shift);
  Coarsen(wider);
  right.Coarsen(wider);
  numbers = MergeSorted(numbers, right.numbers);
  Fit();
}

void ValueCounts::Fit() {
  if (rung == Rung::kTexts && texts.size() > kTextsMax) ToNumbers();
  if (rung == Rung::kNumbers && shift < kSketchShift) Coarsen(FittingShift(numbers, shift));
}

void ValueCounts::ToNumbers() {
  if (rung != Rung::kTexts) return;
  for (const auto& [text, count] : texts) {
    const std::optional<double> number = ParseNumber(text);
    if (!number.has_value()) return Clear();
    numbers.emplace_back(NumberKey(*number, 0), count);
  }
  std::sort(numbers.begin(), numbers.end());
  JoinEqual(numbers);
  texts.clear();
  rung = Rung::kNumbers;
}

void ValueCounts::Coarsen(int new_shift) {
  if (new_shift <= shift) return;
  // An arithmetic shift rounds down, which keeps negative keys in step: −1 − m.
  for (auto& [key, count] : numbers) key >>= new_shift - shift;
  JoinEqual(numbers);
  shift = new_shift;
}

void ValueCounts::Degrade() {
  ToNumbers();
  if (rung == Rung::kNone) return;
  if (shift >= kSketchShiftMax || numbers.size() < kBucketsLeast) return Clear();
  const int halved = shift + DistinctKeys(numbers).BitsFor(numbers.size() / 2);
  Coarsen(shift < kSketchShift ? std::min(halved, kSketchShift) : shift + 1);
}

void ValueCounts::Encode(std::string* out) const {
  PutVarint(out, static_cast<uint64_t>(rung));
  if (rung == Rung::kNone) return;
  if (rung == Rung::kTexts) {
    PutVarint(out, texts.size());
    for (const auto& [text, count] : texts) {
      PutVarint(out, text.size());
      out->append(text);
      PutVarint(out, static_cast<uint64_t>(count));
    }
    return;
  }
  PutVarint(out, static_cast<uint64_t>(shift));
  PutVarint(out, numbers.size());
  const size_t begin = out->size();
  out->resize(begin + numbers.size() * 2 * kVarintBytesMax);
  char* to = out->data() + begin;
  uint64_t last = std::bit_cast<uint64_t>(INT64_MIN);
  for (const auto& [key, count] : numbers) {
    to = PutVarint(to, static_cast<uint64_t>(key) - last);
    to = PutVarint(to, static_cast<uint64_t>(count));
    last = static_cast<uint64_t>(key);
  }
  out->resize(static_cast<size_t>(to - out->data()));
}

absl::Status ValueCounts::DecodeTexts(ByteReader& reader, int64_t entries) {
  for (int64_t i = 0; i < entries; ++i) {
    MOTE_ASSIGN_OR_RETURN(const uint64_t size, GetVarint(reader));
    MOTE_ASSIGN_OR_RETURN(const std::string_view text, reader.GetRaw(size));
    MOTE_ASSIGN_OR_RETURN(const int64_t count, GetCount(reader));
    if (count < 1 || (!texts.empty() && text <= texts.back().first)) {
      return absl::InvalidArgumentError("value counts: texts are unsorted or counted 0 times");
    }
    texts.emplace_back(text, count);
  }
  return absl::OkStatus();
}

absl::Status ValueCounts::DecodeNumbers(ByteReader& reader, int64_t entries) {
  numbers.reserve(std::min(static_cast<size_t>(entries), reader.remaining() / 2));
  uint64_t last = std::bit_cast<uint64_t>(INT64_MIN);
  for (int64_t i = 0; i < entries; ++i) {
    MOTE_ASSIGN_OR_RETURN(const uint64_t step, GetVarint(reader));
    MOTE_ASSIGN_OR_RETURN(const int64_t count, GetCount(reader));
    last += step;
    const int64_t key = static_cast<int64_t>(last);
    if (count < 1 || (!numbers.empty() && key <= numbers.back().first)) {
      return absl::InvalidArgumentError("value counts: numbers are unsorted or counted 0 times");
    }
    numbers.emplace_back(key, count);
  }
  return absl::OkStatus();
}

absl::StatusOr<ValueCounts> ValueCounts::Decode(ByteReader& reader) {
  ValueCounts counts;
  MOTE_ASSIGN_OR_RETURN(const uint64_t rung, GetVarint(reader));
  if (rung > static_cast<uint64_t>(Rung::kNone)) return absl::InvalidArgumentError("value counts: unknown rung");
  counts.rung = static_cast<Rung>(rung);
  if (counts.rung == Rung::kNone) return counts;
  if (counts.rung == Rung::kNumbers) {
    MOTE_ASSIGN_OR_RETURN(const uint64_t shift, GetVarint(reader));
    if (shift > kSketchShiftMax) return absl::InvalidArgumentError("value counts: buckets are too wide");
    counts.shift = static_cast<int>(shift);
  }
  MOTE_ASSIGN_OR_RETURN(const int64_t entries, GetCount(reader));
  const bool texts = counts.rung == Rung::kTexts;
  if (static_cast<uint64_t>(entries) > reader.remaining() || (texts && entries > static_cast<int64_t>(kTextsMax))) {
    return absl::InvalidArgumentError(absl::StrCat("value counts: ", entries, " entries"));
  }
  MOTE_RETURN_IF_ERROR(texts ? counts.DecodeTexts(reader, entries) : counts.DecodeNumbers(reader, entries));
  return counts;
}

}  // namespace mote
