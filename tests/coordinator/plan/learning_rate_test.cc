#include "coordinator/plan/learning_rate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

LearningRate Parsed(const Json& schedule) {
  const auto rate = LearningRate::Parse(schedule);
  EXPECT_TRUE(rate.ok()) << rate.status();
  return rate.ok() ? *rate : LearningRate();
}

TEST(LearningRate, WarmsUpInEqualStepsWhateverComesAfter) {
  for (const char* shape : {"constant", "linear", "cosine", "steps"}) {
    const LearningRate rate = Parsed({{shape, {{"warm_up", 4}}}});
    EXPECT_DOUBLE_EQ(rate.Share(0, 100, 10), 0.25) << shape;
    EXPECT_DOUBLE_EQ(rate.Share(3, 100, 10), 1.0) << shape;
    EXPECT_DOUBLE_EQ(rate.Share(4, 100, 10), 1.0) << shape;
  }
}

TEST(LearningRate, LinearAndCosineFallToTheLeastShare) {
  const LearningRate linear = Parsed({{"linear", {{"least", 0.2}}}});
  EXPECT_DOUBLE_EQ(linear.Share(50, 100, 10), 0.6);
  EXPECT_DOUBLE_EQ(linear.Share(100, 100, 10), 0.2);
  const LearningRate cosine = Parsed("cosine");
  EXPECT_DOUBLE_EQ(cosine.Share(0, 100, 10), 1.0);
  EXPECT_NEAR(cosine.Share(50, 100, 10), 0.5, 1e-12);
  EXPECT_NEAR(cosine.Share(25, 100, 10), 0.5 + 0.25 * std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(cosine.Share(100, 100, 10), 0.0, 1e-12);
}

TEST(LearningRate, StepsCutAtTheEndOfEpochs) {
  const LearningRate rate = Parsed({{"steps", {{"every", 2}, {"factor", 0.5}}}});
  EXPECT_DOUBLE_EQ(rate.Share(19, 100, 10), 1.0);
  EXPECT_DOUBLE_EQ(rate.Share(20, 100, 10), 0.5);
  EXPECT_DOUBLE_EQ(rate.Share(99, 100, 10), 0.0625);
}

TEST(LearningRate, MistakesNameTheirPlace) {
  const auto message = [](const Json& schedule) {
    return std::string(LearningRate::Parse(schedule).status().message());
  };
  EXPECT_THAT(message("cosin"), HasSubstr("did you mean \"cosine\""));
  EXPECT_THAT(message({{"cosine", {{"least", 2}}}}), HasSubstr("schedule.cosine.least: 2 is not in [0, 1]"));
  EXPECT_THAT(message({{"linear", {{"warmup", 2}}}}), HasSubstr("schedule.linear.warmup"));
  EXPECT_THAT(message(5), HasSubstr("is not one schedule"));
}

}  // namespace
}  // namespace mote::coordinator
