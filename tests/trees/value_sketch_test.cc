#include "common/reducers/value_sketch.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/json.h"
#include "tests/testing/in_process.h"

namespace mote {
namespace {

using Columns = std::vector<std::vector<CountedValue>>;

std::string Combined(Columns left, Columns right) {
  testing::MemoryContext blobs;
  const auto reducer = MakeReducer("value_sketch", Json{{"bins", 8}}).value();
  std::string partial = EncodeSketch(&left);
  const absl::Status status = reducer->Combine(partial, EncodeSketch(&right), blobs);
  EXPECT_TRUE(status.ok()) << status;
  return partial;
}

TEST(ValueSketch, EqualValuesAreCountedTogether) {
  const std::string both = Combined({{{1.0F, 2}, {3.0F, 1}}}, {{{1.0F, 5}, {2.0F, 4}}});
  EXPECT_EQ(DecodeSketch(both).value(), (Columns{{{1.0F, 7}, {2.0F, 4}, {3.0F, 1}}}));
}

TEST(ValueSketch, ManyValuesAreThinnedAndRanksHold) {
  Columns columns(1);
  constexpr int kValues = 100000;
  for (int i = 0; i < kValues; ++i) columns[0].push_back({static_cast<float>(i), 1});
  const Columns thin = DecodeSketch(EncodeSketch(&columns)).value();
  EXPECT_LE(thin[0].size(), kSketchPointsMax);
  int64_t below = 0;
  for (const CountedValue& value : thin[0]) {
    below += value.count;
    EXPECT_EQ(below, static_cast<int64_t>(value.value) + 1);  // the count up to a kept value is exact
  }
  EXPECT_EQ(below, kValues);
}

TEST(ValueSketch, OtherNumbersOfColumnsDoNotAddUp) {
  testing::MemoryContext blobs;
  Columns one(1);
  Columns two(2);
  const auto reducer = MakeReducer("value_sketch", Json::object()).value();
  std::string partial = EncodeSketch(&one);
  EXPECT_FALSE(reducer->Combine(partial, EncodeSketch(&two), blobs).ok());
}

TEST(ValueSketch, WhatIsNotASketchIsRefused) {
  Columns columns = {{{1.0F, 2}, {3.0F, 1}}};
  const std::string bytes = EncodeSketch(&columns);
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeSketch(bytes.substr(0, size)).ok());
  for (const Columns& wrong : {Columns{{{2.0F, 1}, {1.0F, 1}}}, Columns{{{1.0F, 0}}}, Columns{{{NAN, 1}}}}) {
    Columns copy = wrong;
    EXPECT_FALSE(DecodeSketch(EncodeSketch(&copy)).ok());
  }
}

}  // namespace
}  // namespace mote
