#include "common/prepare/value_counts.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/philox.h"
#include "common/prepare/cell.h"
#include "common/prepare/table_profile.h"
#include "worker/engine/kernels/column_counter.h"
#include "worker/engine/kernels/number_counts.h"
#include "worker/engine/kernels/text_table.h"

namespace mote {
namespace {

TEST(NumberKey, OrdersAsNumbersDo) {
  const std::vector<double> sorted = {-1e300, -2.5, -1, -1e-300, 0, 1e-300, 0.1, 1, 1.001, 2.5, 1e300};
  for (const int shift : {0, kSketchShift}) {
    for (size_t i = 1; i < sorted.size(); ++i) {
      EXPECT_LE(NumberKey(sorted[i - 1], shift), NumberKey(sorted[i], shift)) << sorted[i];
    }
  }
  for (const double value : sorted) EXPECT_EQ(KeyNumber(NumberKey(value, 0), 0), value);
}

TEST(NumberKey, ABucketsMiddleIsWithinATenthOfAPercent) {
  const Philox philox(1, 1);
  for (uint64_t i = 0; i < 10000; ++i) {
    const double value = std::ldexp(philox.Uniform(i) - 0.5, static_cast<int>(philox.U64(i + 99999) % 600) - 300);
    if (value == 0) continue;
    EXPECT_LE(std::abs(KeyNumber(NumberKey(value, kSketchShift), kSketchShift) - value), std::abs(value) / 1000);
  }
}

TEST(ValueCounts, CoarseningEarlyOrLateIsTheSame) {
  const Philox philox(2, 1);
  ValueCounts direct{Rung::kNumbers, 45, {}, {}};
  std::map<int64_t, int64_t> counts;
  ValueCounts late{Rung::kNumbers, 0, {}, {}};
  std::map<int64_t, int64_t> exact;
  for (uint64_t i = 0; i < 3000; ++i) {
    const double value = 100 * philox.Normal(i);
    ++counts[NumberKey(value, 45)];
    ++exact[NumberKey(value, 0)];
  }
  direct.numbers.assign(counts.begin(), counts.end());
  late.numbers.assign(exact.begin(), exact.end());
  late.Coarsen(43);
  late.Coarsen(45);
  EXPECT_EQ(late, direct);
}

TEST(ParseNumber, TheShortWayGivesTheBitsOfTheLongOne) {
  const Philox philox(5, 1);
  for (uint64_t i = 0; i < 200000; ++i) {
    std::string digits = absl::StrCat(philox.U64(i) >> (philox.U64(i + 1) % 63));
    digits = digits.substr(0, 1 + philox.U64(i + 2) % 17);
    const size_t point = philox.U64(i + 3) % (digits.size() + 3);
    if (point <= digits.size()) digits.insert(point, ".");
    if (philox.U64(i + 4) % 2 == 0) digits.insert(0, "-");
    double expected = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), expected);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    const double plain = PlainNumber(digits);
    EXPECT_TRUE(std::isnan(plain) || (whole && plain == expected)) << digits;
    EXPECT_EQ(ParseNumber(digits).has_value(), whole) << digits;
  }
  for (const std::string text : {"", "-", ".", "-.", "1-", "1.2.3", "1e5", "+1", "0x1", "nan", "1234567890123456",
                                 "--1", "..", "1..2", "/", ":"}) {
    EXPECT_TRUE(std::isnan(PlainNumber(text))) << text;
  }
  EXPECT_FALSE(std::signbit(PlainNumber("-0")));
}

// Every text of up to eight bytes that are digits but for one or two.
TEST(ParseNumber, OfAFewBytesEachIsLookedAt) {
  for (size_t size = 1; size <= 8; ++size) {
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text = std::string("90817263").substr(0, size);
        text[at] = static_cast<char>(byte);
        double expected = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + size, expected);
        const bool whole = error == std::errc() && end == text.data() + size && std::isfinite(expected);
        const std::optional<double> number = ParseNumber(text);
        if (text[0] == '+' && size > 1) continue;  // std::from_chars takes none
        EXPECT_EQ(number.has_value(), whole) << text;
        if (whole) {
          EXPECT_EQ(*number, expected) << text;
        }
      }
    }
  }
}

// Keys and counts as a map has them, coarser once there are too many.
NumberEntries PlainCounts(const std::vector<double>& numbers, int* shift) {
  const auto count = [&](int bits) {
    std::map<int64_t, int64_t> counts;
    for (const double number : numbers) ++counts[NumberKey(number, bits)];
    return counts;
  };
  *shift = 0;
  if (count(0).size() > kNumbersMax && count(kSketchShift).size() >= kSketchLeast) *shift = kSketchShift;
  while (*shift < kSketchShift && count(*shift).size() > kNumbersMax) ++*shift;
  const auto counts = count(*shift);
  return {counts.begin(), counts.end()};
}

// As what counts and merges of halves have it.
void ExpectPlainCounts(const std::vector<double>& numbers, const std::string& what) {
  SCOPED_TRACE(what);
  int shift = 0;
  const NumberEntries plain = PlainCounts(numbers, &shift);
  for (const size_t cut : {numbers.size(), numbers.size() / 2, numbers.size() / 10}) {
    ValueCounts merged;
    merged.rung = Rung::kNumbers;
    for (const bool second : {false, true}) {
      engine::NumberCounts counts;
      for (size_t i = second ? cut : 0; i < (second ? numbers.size() : cut); ++i) {
        i % 7 == 3 ? counts.Add(numbers[i], 1) : counts.Add(numbers[i]);
      }
      counts.Settle();
      merged.Merge({Rung::kNumbers, counts.shift(), {}, counts.Entries()});
    }
    EXPECT_EQ(merged.shift, shift) << cut;
    EXPECT_EQ(merged.numbers, plain) << cut;
  }
}

TEST(NumberCounts, NumbersThatLieCloseTogetherKeepMoreBits) {
  const Philox philox(8, 1);
  for (const int64_t count : {1000, 9000, 16385, 40000}) {
    std::vector<double> times, mixed, crossing;
    for (int64_t i = 0; i < count; ++i) {
      const double drawn = philox.Uniform(static_cast<uint64_t>(i));
      times.push_back(1.7e9 + 2.6e6 * drawn);
      mixed.push_back(i % 100 == 0 ? static_cast<double>(i % 3) : 101275 + 100 * drawn);
      crossing.push_back(drawn - 0.5);
    }
    ExpectPlainCounts(times, absl::StrCat("times ", count));
    ExpectPlainCounts(mixed, absl::StrCat("with a few others ", count));
    ExpectPlainCounts(crossing, absl::StrCat("around 0 ", count));
  }
}

TEST(NumberCounts, CountAsAMapDoes) {
  const Philox philox(7, 1);
  for (const int64_t different : {1, 5000, 8192, 8193, 9000, 100000}) {
    for (const int64_t count : {0, 100, 8193, 16384, 16385, 60000}) {
      engine::NumberCounts counts;
      std::vector<double> numbers;
      for (int64_t i = 0; i < count; ++i) {
        // In turn, so that all come up: of both signs, from 1e-300 to 1e300, and 0.
        const auto place = static_cast<uint64_t>(i % different);
        const double size = std::pow(10, 600 * philox.Uniform(place) - 300);
        numbers.push_back(place == 0 ? 0 : place % 2 == 0 ? size : -size);
        i % 7 == 3 ? counts.Add(numbers.back(), 1) : counts.Add(numbers.back());
      }
      counts.Settle();
      int shift = 0;
      EXPECT_EQ(counts.Entries(), PlainCounts(numbers, &shift)) << different << " " << count;
      EXPECT_EQ(counts.shift(), shift) << different << " " << count;
    }
  }
}

TEST(TextTable, TellsTextsApartByEveryByte) {
  engine::TextTable table;
  std::vector<std::string> texts = {"", std::string(1, '\0'), std::string(2, '\0'), "a", "b", "ab", "ba"};
  for (size_t size = 3; size < 30; ++size) {
    for (size_t at = 0; at < size; ++at) {
      texts.emplace_back(size, 'x');
      texts.back()[at] = 'y';
    }
  }
  EXPECT_EQ(table.Find("a"), table.size());
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(table.Add(texts[i]), i);
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(table.Add(texts[i]), i);
    EXPECT_EQ(table.Find(texts[i]), i);
    EXPECT_EQ(table[i], texts[i]);
  }
  EXPECT_EQ(table.Find("xxxxxxxxxxxxxxxxx"), table.size());
}

// The profile of cells as one counter sees them.
std::string Profile(const std::vector<std::string>& cells) {
  engine::ColumnCounter counter("c", false);
  for (const std::string& cell : cells) counter.Add(cell);
  std::string encoded;
  counter.Take().values.Encode(&encoded);
  return encoded;
}

// The same cells, counted in two halves that are merged.
std::string MergedProfile(const std::vector<std::string>& cells, size_t cut) {
  const std::vector<std::string> first(cells.begin(), cells.begin() + static_cast<int64_t>(cut));
  const std::vector<std::string> second(cells.begin() + static_cast<int64_t>(cut), cells.end());
  const std::string left = Profile(first), right = Profile(second);
  ByteReader left_reader(left), right_reader(right);
  ValueCounts merged = *ValueCounts::Decode(left_reader);
  merged.Merge(*ValueCounts::Decode(right_reader));
  std::string encoded;
  merged.Encode(&encoded);
  return encoded;
}

TEST(ValueCounts, MergingHalvesIsCountingTheWhole) {
  for (const int distinct : {3, 999, 1000, 1001, 8192, 8193, 12000}) {
    std::vector<std::string> numbers, mixed;
    for (int i = 0; i < distinct * 5 / 4; ++i) {
      numbers.push_back(absl::StrCat((i * 7919) % distinct, ".25"));
      mixed.push_back(i % 2 == 0 ? numbers.back() : absl::StrCat("t", i % distinct));
    }
    for (const size_t cut : {size_t{1}, numbers.size() / 2, numbers.size() - 1}) {
      EXPECT_EQ(MergedProfile(numbers, cut), Profile(numbers)) << distinct << " cut at " << cut;
      EXPECT_EQ(MergedProfile(mixed, cut), Profile(mixed)) << distinct << " cut at " << cut;
    }
  }
}

TEST(ValueCounts, DecodeRefusesWhatEncodeDoesNotWrite) {
  const std::string good = Profile({"b", "a", "a", "c"});
  ByteReader whole(good);
  ASSERT_TRUE(ValueCounts::Decode(whole).ok());
  for (size_t size = 0; size < good.size(); ++size) {
    ByteReader reader(std::string_view(good).substr(0, size));
    EXPECT_FALSE(ValueCounts::Decode(reader).ok()) << size;
  }
  const std::string unsorted = std::string("\0\2\1b\1\1a\1", 8);
  ByteReader reader(unsorted);
  EXPECT_FALSE(ValueCounts::Decode(reader).ok());
}

TEST(TableProfile, TheLargestColumnGivesWayFirstAndPinnedOnesStay) {
  engine::ColumnCounter pinned("label", true), wide("wide", false), narrow("narrow", false);
  const std::string padding(40, 'x');
  for (int i = 0; i < 900; ++i) {
    pinned.Add(absl::StrCat(padding, i % 500));
    wide.Add(absl::StrCat(padding, i));
    narrow.Add(absl::StrCat(i % 10));
  }
  TableProfile profile{900, 900, {pinned.Take(), wide.Take(), narrow.Take()}};
  std::string encoded;
  ASSERT_TRUE(profile.EncodeBounded(&encoded).ok());
  EXPECT_LE(static_cast<int64_t>(encoded.size()), kProfileBytesMax);
  EXPECT_EQ(profile.columns[0].values.rung, Rung::kTexts);
  EXPECT_EQ(profile.columns[1].values.rung, Rung::kNone);
  EXPECT_EQ(profile.columns[2].values.rung, Rung::kTexts);
  EXPECT_EQ(*TableProfile::Decode(encoded), profile);
}

TEST(Moments, MergeAgreesWithAddingUpToRounding) {
  const Philox philox(5, 0);
  Moments all, left, right;
  for (uint64_t i = 0; i < 1000; ++i) {
    const double value = 1e6 + philox.Normal(i);
    all.Add(value);
    (i < 300 ? left : right).Add(value);
  }
  left.Merge(right);
  EXPECT_NEAR(left.mean, all.mean, 1e-8);
  EXPECT_NEAR(left.m2, all.m2, 1e-6);
  EXPECT_EQ(left.count, 1000);
  EXPECT_EQ(left.min, all.min);
}

TEST(ValueCounts, WhatGivesWayKeepsHalfAsManyBucketsEachTime) {
  std::vector<std::string> cells;
  for (int i = 0; i < 8000; ++i) cells.push_back(absl::StrCat(1'700'000'000 + i * 300));
  const std::string encoded = Profile(cells);
  ByteReader reader(encoded);
  ValueCounts counts = *ValueCounts::Decode(reader);
  size_t before = counts.numbers.size();
  while (true) {
    counts.Degrade();
    if (counts.rung == Rung::kNone) break;
    EXPECT_LE(counts.numbers.size(), before / 2 + 1);
    before = counts.numbers.size();
  }
  EXPECT_LT(before, kBucketsLeast);
}

}  // namespace
}  // namespace mote
