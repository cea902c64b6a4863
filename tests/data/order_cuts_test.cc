// Where a table in order is cut, and what the order is of.
#include "common/prepare/order_cuts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/json.h"
#include "common/philox.h"

namespace mote {
namespace {

using ::testing::ElementsAre;

// Keys of tasks of very unequal sizes, few different values in them.
std::vector<std::vector<OrderKey>> RandomTasks(uint64_t seed, int64_t tasks) {
  const Philox random(seed, 1);
  std::vector<std::vector<OrderKey>> keys(static_cast<size_t>(tasks));
  int64_t row = 0;
  for (auto& task : keys) {
    const auto count = static_cast<int64_t>(random.U64(static_cast<uint64_t>(row)) % 3000);
    for (int64_t i = 0; i < count; ++i, ++row) {
      task.push_back({static_cast<double>(random.U64(static_cast<uint64_t>(row)) % 500) - 250, row});
    }
    std::sort(task.begin(), task.end());
  }
  return keys;
}

int RoundsToFind(const std::vector<std::vector<OrderKey>>& tasks, int64_t entries_max, OrderCut* cut) {
  int rounds = 0;
  while (!cut->found) {
    std::vector<OrderEntry> entries;
    for (const auto& keys : tasks) {
      const std::vector<OrderEntry> sketch = SketchKeys(keys, *cut, entries_max);
      EXPECT_LE(sketch.size(), static_cast<size_t>(entries_max) + 1);
      entries.insert(entries.begin(), sketch.begin(), sketch.end());  // in any order
    }
    const absl::Status narrowed = Narrow(std::move(entries), cut);
    EXPECT_TRUE(narrowed.ok()) << narrowed;
    if (!narrowed.ok() || ++rounds > 20) break;
  }
  return rounds;
}

TEST(OrderCuts, AreFoundExactlyHoweverFewKeysATaskTells) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    const auto tasks = RandomTasks(seed, 12);
    std::vector<OrderKey> all;
    for (const auto& keys : tasks) all.insert(all.end(), keys.begin(), keys.end());
    std::sort(all.begin(), all.end());
    for (const int64_t rank : {int64_t{1}, int64_t{2}, int64_t(all.size() / 2), int64_t(all.size() - 1)}) {
      for (const int64_t entries_max : {16, 64, 100000}) {
        OrderCut cut;
        cut.rank = rank;
        const int rounds = RoundsToFind(tasks, entries_max, &cut);
        ASSERT_TRUE(cut.found);
        EXPECT_EQ(cut.high, all[static_cast<size_t>(rank - 1)]) << "seed " << seed << ", rank " << rank;
        EXPECT_LE(rounds, entries_max > 3000 ? 1 : 6);
      }
    }
  }
}

TEST(OrderCuts, MoreRowsThanThereAreIsAnError) {
  const std::vector<OrderKey> keys = {{1, 0}, {2, 1}};
  OrderCut cut;
  cut.rank = 3;
  const absl::Status narrowed = Narrow(SketchKeys(keys, cut, 16), &cut);
  EXPECT_EQ(narrowed.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(narrowed.message()), ::testing::HasSubstr("there are 2 rows where 3 were counted"));
}

TEST(OrderCuts, AreTheSameAfterTheirWayThroughJson) {
  OrderCut found;
  found.rank = 7;
  found.low = {-0.1, 3};
  found.high = {1.0 / 3, 1'000'000'007};
  found.found = true;
  const std::vector<OrderCut> cuts = {OrderCut(), found};
  const Json json = *ParseJson(EncodeCuts(cuts).dump());
  EXPECT_EQ(*DecodeCuts(json), cuts);
  for (const char* wrong : {"[{}]", "[1]", R"([{"rank": 1, "low": [1], "high": [1, 2], "found": true}])"}) {
    EXPECT_EQ(DecodeCuts(*ParseJson(wrong)).status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

TEST(OrderCuts, AKeyBelongsToTheSplitThatItsCutEnds) {
  const std::vector<OrderKey> cuts = {{5, 10}, {7, 0}};
  EXPECT_EQ(SplitAt(cuts, {5, 10}), 0);
  EXPECT_EQ(SplitAt(cuts, {5, 11}), 1);
  EXPECT_EQ(SplitAt(cuts, {7, 0}), 1);
  EXPECT_EQ(SplitAt(cuts, {7, 1}), -1);
}

double Seconds(std::string_view text) { return ParseIsoTime(text).value_or(-1e18) / 1e6; }

TEST(ParseIsoTime, ReadsDatesAndTimesAsInstants) {
  EXPECT_EQ(Seconds("1970-01-01"), 0);
  EXPECT_EQ(Seconds("1970-02"), 31 * 86400);
  EXPECT_EQ(Seconds("2000-03-01"), 951868800);
  EXPECT_EQ(Seconds("2021-03-04T10:15:00Z"), 1614852900);
  EXPECT_EQ(Seconds("2021-03-04 10:15"), 1614852900);
  EXPECT_EQ(Seconds("2021-03-04T12:15:00+02:00"), 1614852900);
  EXPECT_EQ(Seconds("2021-03-04T05:15:00-0500"), 1614852900);
  EXPECT_EQ(Seconds("2021-03-04t12:15:00,25+02"), 1614852900.25);
  EXPECT_EQ(Seconds("2021-03-04T10:15:00.123456789"), 1614852900.123456);
  EXPECT_EQ(Seconds("1969-12-31T23:59:59"), -1);
  EXPECT_EQ(Seconds("0000-03-01"), -62162035200);
  EXPECT_EQ(Seconds("2024-02-29"), Seconds("2024-03-01") - 86400);
}

TEST(ParseIsoTime, RefusesWhatIsNone) {
  for (const char* text :
       {"", "2021", "2021-", "2021-13-01", "2021-02-29", "1900-02-29", "2021-3-4", "3/4/2021", "2021-03-04T",
        "2021-03T10:00", "2021-03-04T25:00", "2021-03-04T10", "2021-03-04T10:15:00.", "2021-03-04T10:15:00+",
        "2021-03-04T10:15:00Zx", "2021-03-04x", "2021-03-04 10:15:61", "20210304", "2021-03-04T10:15:00+02:0"}) {
    EXPECT_FALSE(ParseIsoTime(text).has_value()) << text;
  }
}

TEST(ParseOrderValue, TakesNumbersBeforeTimes) {
  EXPECT_EQ(ParseOrderValue("20210304")->kind, OrderKind::kNumber);
  EXPECT_EQ(ParseOrderValue("2021")->value, 2021);
  EXPECT_EQ(ParseOrderValue("2021-03")->kind, OrderKind::kTime);
  EXPECT_FALSE(ParseOrderValue("inf").has_value());
  EXPECT_FALSE(ParseOrderValue("soon").has_value());
}

}  // namespace
}  // namespace mote
