#include "common/price.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

TEST(BillOf, CountsDeviceSecondsAndGib) {
  const Price price{0.5, 2};
  EXPECT_EQ(BillOf(price, {}), 0);
  EXPECT_EQ(BillOf(price, {absl::Seconds(3), 0}), 1.5);
  EXPECT_EQ(BillOf(price, {absl::ZeroDuration(), int64_t{3} << 29}), 3);
  EXPECT_EQ(BillOf(price, {absl::Milliseconds(3500), int64_t{1} << 30}), 3.75);
}

TEST(BillOf, DoesNotDependOnHowTheUsageWasAddedUp) {
  const Price price{0.1, 0.3};
  Usage in_parts;
  for (int i = 0; i < 1000; ++i) in_parts = in_parts + Usage{absl::Nanoseconds(123'456'789), 987'654'321};
  EXPECT_EQ(BillOf(price, in_parts), BillOf(price, {absl::Nanoseconds(123'456'789'000), 987'654'321'000}));
  EXPECT_EQ(BillOf(price, in_parts - in_parts), 0);
}

TEST(BillOf, IsFiniteForWhatAPeerThatLiesMayReport) {
  const Usage lie{absl::InfiniteDuration(), INT64_MAX};
  EXPECT_LT(BillOf({kMoneyMax, kMoneyMax}, lie + lie), 1e30);
}

TEST(MoneyText, HasCentsAndSmallAmountsThreeDigits) {
  EXPECT_EQ(MoneyText(0), "0");
  EXPECT_EQ(MoneyText(5), "5.00");
  EXPECT_EQ(MoneyText(1234.567), "1234.57");
  EXPECT_EQ(MoneyText(0.999), "1.00");
  EXPECT_EQ(MoneyText(0.25), "0.25");
  EXPECT_EQ(MoneyText(0.00083219), "0.000832");
}

}  // namespace
}  // namespace mote
