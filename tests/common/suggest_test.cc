#include "common/suggest.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

const std::vector<std::string>& Known() {
  static const std::vector<std::string> known = {"epochs", "batch_size", "seed", "lr", "validate"};
  return known;
}

TEST(DidYouMean, NamesTheNearestKnownName) {
  EXPECT_EQ(DidYouMean("epoch", Known()), "; did you mean \"epochs\"?");
  EXPECT_EQ(DidYouMean("batchsize", Known()), "; did you mean \"batch_size\"?");
  EXPECT_EQ(DidYouMean("vaildate", Known()), "; did you mean \"validate\"?");
  EXPECT_EQ(DidYouMean("Seed", Known()), "; did you mean \"seed\"?");
  EXPECT_EQ(DidYouMean("rl", Known()), "; did you mean \"lr\"?");
}

TEST(DidYouMean, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(DidYouMean("frobnicate", Known()), "");
  EXPECT_EQ(DidYouMean("x", {"y"}), "");
  EXPECT_EQ(DidYouMean("", Known()), "");
  EXPECT_EQ(DidYouMean("seed", {}), "");
  EXPECT_EQ(DidYouMean(std::string(100000, 'a'), Known()), "");
}

TEST(DidYouMean, FirstWinsATie) { EXPECT_EQ(DidYouMean("axc", {"abc", "adc"}), "; did you mean \"abc\"?"); }

}  // namespace
}  // namespace mote
