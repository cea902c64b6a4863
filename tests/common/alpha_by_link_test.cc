#include "common/alpha_by_link.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/philox.h"

namespace mote {
namespace {

const Link kLocal{"loopback", "cpu:avx512"}, kRemote{"network", "cpu:avx2"};

// A byte over the network takes twenty times as long: one α would be right for neither.
TEST(AlphaByLink, EachLinkGetsTheAlphaThatMadeItsData) {
  constexpr double kLocalAlpha = 5e-10, kRemoteAlpha = 1e-8, kNoise = 1e-5;
  const Philox random(1, 2);
  AlphaByLink alphas;
  double seconds = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const bool remote = i % 4 == 0;
    const double bytes = 1e5 * (1 + random.Uniform(1000 + i));
    const double took = (remote ? kRemoteAlpha : kLocalAlpha) * bytes + kNoise * random.Normal(i);
    alphas.Add(remote ? kRemote : kLocal, 0, bytes, took);
    seconds += took;
  }
  ASSERT_EQ(alphas.fits().size(), 2u);
  const AlphaFit &local = alphas.fits().at(kLocal), &remote = alphas.fits().at(kRemote);
  EXPECT_NEAR(local.alpha(), kLocalAlpha, local.alpha_error());
  EXPECT_NEAR(remote.alpha(), kRemoteAlpha, remote.alpha_error());
  EXPECT_LT(remote.alpha_error(), 0.05 * kRemoteAlpha);
  EXPECT_EQ(alphas.count(), 200);
  EXPECT_NEAR(alphas.predicted_seconds(), seconds, 0.02 * seconds);
  EXPECT_GT(alphas.r_squared(), 0.99);
}

TEST(AlphaByLink, TheAlphaOfAllIsWeightedByBytes) {
  AlphaByLink alphas;
  alphas.Add(kLocal, 0, 300, 3);
  alphas.Add(kRemote, 0, 100, 9);
  EXPECT_DOUBLE_EQ(alphas.predicted_seconds(), 12);
  EXPECT_DOUBLE_EQ(alphas.alpha(), 12.0 / 400);
  EXPECT_DOUBLE_EQ(alphas.r_squared(), 1);
}

TEST(AlphaByLink, OneLinkIsAsItsFit) {
  AlphaByLink alphas;
  alphas.Add(kLocal, 0, 1, 2);
  alphas.Add(kLocal, 0, 2, 3);
  const AlphaFit& fit = alphas.fits().at(kLocal);
  EXPECT_DOUBLE_EQ(alphas.alpha(), fit.alpha());
  EXPECT_DOUBLE_EQ(alphas.alpha_error(), fit.alpha_error());
  EXPECT_DOUBLE_EQ(alphas.r_squared(), fit.r_squared());
}

TEST(AlphaByLink, NothingSeenIsNothingKnown) {
  EXPECT_EQ(AlphaByLink().alpha(), 0);
  EXPECT_EQ(AlphaByLink().r_squared(), 0);
  EXPECT_EQ(AlphaByLink().count(), 0);
}

TEST(AlphaByLink, WorkersThatMakeClassesUpCostBoundedMemory) {
  AlphaByLink alphas;
  for (int i = 0; i < 1000; ++i) alphas.Add({"network", std::to_string(i)}, 0, 10, 1);
  EXPECT_EQ(alphas.fits().size(), AlphaByLink::kLinksMax);
  EXPECT_EQ(alphas.count(), 1000);
}

}  // namespace
}  // namespace mote
