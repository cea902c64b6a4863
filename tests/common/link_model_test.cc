#include "common/link_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/philox.h"

namespace mote {
namespace {

constexpr double kLatency = 2e-4, kStaged = 9e-11, kNetwork = 8e-9;

// Blocks of 10 to 100 KB sent and 1 to 10 MB staged, drawn independently.
LinkModel Noisy(uint64_t seed, uint64_t samples, double noise) {
  const Philox random(seed, samples);
  LinkModel model;
  for (uint64_t i = 0; i < samples; ++i) {
    const double staged = 1e6 * (1 + 9 * random.Uniform(3 * i));
    const double network = 1e4 * (1 + 9 * random.Uniform(3 * i + 1));
    model.Add(staged, network, kLatency + kStaged * staged + kNetwork * network + noise * random.Normal(3 * i + 2));
  }
  return model;
}

// Each is one number: over many data sets made with it, nineteen intervals of twenty hold it.
TEST(LinkModel, TheIntervalsHoldWhatMadeNoisyData) {
  constexpr int kFits = 2000;
  for (const uint64_t samples : {8, 30, 300}) {
    int latency = 0, staged = 0, network = 0;
    for (uint64_t f = 0; f < kFits; ++f) {
      const LinkModel::Parameters found = Noisy(f, samples, 5e-5).Solve();
      latency += std::abs(found.latency.value - kLatency) <= found.latency.error;
      staged += std::abs(found.staged.value - kStaged) <= found.staged.error;
      network += std::abs(found.network.value - kNetwork) <= found.network.error;
    }
    EXPECT_NEAR(static_cast<double>(latency) / kFits, 0.95, 0.02) << samples << " blocks";
    EXPECT_NEAR(static_cast<double>(staged) / kFits, 0.95, 0.02) << samples << " blocks";
    EXPECT_NEAR(static_cast<double>(network) / kFits, 0.95, 0.02) << samples << " blocks";
  }
}

TEST(LinkModel, ManyBlocksLeaveLittleDoubt) {
  const LinkModel::Parameters found = Noisy(1, 3000, 5e-5).Solve();
  EXPECT_LT(found.latency.error, 0.05 * kLatency);
  EXPECT_LT(found.staged.error, 0.02 * kStaged);
  EXPECT_LT(found.network.error, 0.02 * kNetwork);
}

TEST(LinkModel, ExactDataIsFoundExactly) {
  const LinkModel::Parameters found = Noisy(2, 5, 0).Solve();
  EXPECT_NEAR(found.latency.value, kLatency, 1e-9);
  EXPECT_NEAR(found.staged.value, kStaged, 1e-15);
  EXPECT_NEAR(found.network.value, kNetwork, 1e-13);
  EXPECT_NEAR(found.r_squared, 1, 1e-9);
}

TEST(LinkModel, RSquaredIsWhatItExplainsAboutTheOrigin) {
  LinkModel model;  // one size: the best guess is α_S = 2/10, and the residuals are ±1
  model.Add(0, 10, 1);
  model.Add(0, 10, 3);
  EXPECT_NEAR(model.Solve().r_squared, 1 - 2.0 / 10, 1e-12);
  EXPECT_EQ(LinkModel().Solve().r_squared, 0);
}

// On a CPU nothing is staged: α_C is not made up.
TEST(LinkModel, WithoutStagedBytesThereIsNoAlphaOfThem) {
  LinkModel model;
  for (int i = 1; i <= 10; ++i) model.Add(0, 1000 * i, kLatency + kNetwork * 1000 * i);
  const LinkModel::Parameters found = model.Solve();
  EXPECT_NEAR(found.network.value, kNetwork, 1e-13);
  EXPECT_NEAR(found.latency.value, kLatency, 1e-9);
  EXPECT_EQ(found.staged, Estimate{});
}

// Blocks of one size do not tell latency from bytes: all of it is put down to the bytes,
// as α has it.
TEST(LinkModel, BlocksOfOneSizeGiveOneNumberForAllThatTheyTook) {
  LinkModel model;
  for (int i = 0; i < 10; ++i) model.Add(0, 1000, 0.5);
  const LinkModel::Parameters found = model.Solve();
  EXPECT_NEAR(found.network.value, 0.5 / 1000, 1e-12);
  EXPECT_EQ(found.latency, Estimate{});
}

TEST(LinkModel, AsManyNumbersAsBlocksLeaveAllDoubt) {
  EXPECT_EQ(LinkModel().Solve(), LinkModel::Parameters{});
  LinkModel model;
  model.Add(10, 20, 3);
  const LinkModel::Parameters found = model.Solve();
  EXPECT_DOUBLE_EQ(found.network.value, 3.0 / 20);
  EXPECT_TRUE(std::isinf(found.network.error));
}

TEST(LinkModel, GoesOnFromItsSums) {
  LinkModel model = Noisy(3, 20, 1e-4);
  LinkModel again(model.sums());
  model.Add(1e6, 5e4, 0.1);
  again.Add(1e6, 5e4, 0.1);
  EXPECT_EQ(again, model);
  EXPECT_EQ(again.Solve(), model.Solve());
}

}  // namespace
}  // namespace mote
