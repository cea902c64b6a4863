#include "coordinator/core/held_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mote::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Adds runs written as "worker=value".
HeldBlock HeldOf(const std::vector<std::string>& runs) {
  HeldBlock held;
  for (const std::string& run : runs) {
    const size_t equals = run.find('=');
    held.Add(run.substr(0, equals), {{{2, 1}, run.substr(equals + 1)}}, Cost(), absl::ZeroDuration());
  }
  return held;
}

std::string Agreed(const HeldBlock& held) { return *held.values()[0].nodes[0].partial; }

TEST(HeldBlock, OneValueStandsOnceThereAreRunsEnough) {
  EXPECT_EQ(HeldOf({"w1=a"}).Judge(2), Verdict::kOpen);
  EXPECT_EQ(HeldOf({"w1=a", "w2=a"}).Judge(2), Verdict::kAgreed);
  EXPECT_EQ(HeldOf({"w1=a", "w2=a"}).Judge(3), Verdict::kOpen);
}

TEST(HeldBlock, ValueOfMoreWorkersStandsAndTheOthersAreNamed) {
  EXPECT_EQ(HeldOf({"w1=x", "w2=a"}).Judge(2), Verdict::kOpen);
  const HeldBlock held = HeldOf({"w1=x", "w2=a", "w3=a"});
  EXPECT_EQ(held.Judge(2), Verdict::kAgreed);
  EXPECT_EQ(Agreed(held), "a");
  EXPECT_THAT(held.dissenters(), ElementsAre("w1"));
}

TEST(HeldBlock, WorkerThatRepeatsItselfIsNoMajority) {
  EXPECT_EQ(HeldOf({"w1=x", "w2=a", "w1=x"}).Judge(2), Verdict::kOpen);
  EXPECT_EQ(HeldOf({"w1=x", "w2=a", "w1=x", "w2=a"}).Judge(2), Verdict::kNoTwoAgree);
  const HeldBlock held = HeldOf({"w1=x", "w1=x", "w2=a", "w3=a"});
  EXPECT_EQ(held.Judge(2), Verdict::kAgreed);
  EXPECT_EQ(Agreed(held), "a");
}

TEST(HeldBlock, WorkerThatContradictsItselfIsFoundAndForgotten) {
  HeldBlock held = HeldOf({"w1=a", "w2=x", "w2=a"});
  EXPECT_EQ(held.Judge(2), Verdict::kContradicts);
  EXPECT_EQ(held.contradictor(), "w2");
  held.Forget("w2");
  EXPECT_EQ(held.run_count(), 1);
  EXPECT_EQ(held.Judge(2), Verdict::kOpen);
}

TEST(HeldBlock, ThreeValuesOfThreeWorkersAgreeOnNothing) {
  EXPECT_EQ(HeldOf({"w1=a", "w2=b", "w3=c"}).Judge(2), Verdict::kNoTwoAgree);
}

TEST(HeldBlock, RunsOfOneWorkerAloneAreNotIndependent) {
  const HeldBlock held = HeldOf({"w1=a", "w1=a"});
  EXPECT_EQ(held.Judge(2), Verdict::kAgreed);
  EXPECT_FALSE(held.independent());
  EXPECT_THAT(held.dissenters(), IsEmpty());
  EXPECT_TRUE(HeldOf({"w1=a", "w2=a"}).independent());
}

TEST(HeldBlock, DigestTellsValuesReferencesAndPlacesApart) {
  const Digest value = DigestOf({{{0, 3}, "a"}});
  EXPECT_EQ(value, DigestOf({{{0, 3}, "a"}}));
  EXPECT_NE(value, DigestOf({{{0, 4}, "a"}}));
  EXPECT_NE(value, DigestOf({{{0, 3}, "b"}}));
  EXPECT_NE(value, DigestOf({{{0, 3}, std::nullopt}}));
  EXPECT_NE(value, DigestOf({{{0, 3}, std::nullopt, ArtifactRef{Sha256("a"), 1, false}}}));
}

TEST(HeldBlock, ValueThatLiesAtALostWorkerIsForgottenWithAllItsRuns) {
  HeldBlock held;
  const auto kept_at = [](const std::string& worker) {
    return std::vector<Node>{{{2, 1}, std::nullopt, ArtifactRef{Sha256("p"), 8'000'000, true}, worker}};
  };
  held.Add("w1", kept_at("w1"), Cost(), absl::Seconds(1));
  held.Add("w2", kept_at("w2"), Cost(), absl::Seconds(1));
  ASSERT_EQ(held.values().size(), 1u) << "where it lies makes no difference";
  EXPECT_FALSE(held.AnyKeptAt("w2"));
  held.ForgetKeptAt("w2");
  EXPECT_EQ(held.run_count(), 2);
  ASSERT_TRUE(held.AnyKeptAt("w1"));
  held.ForgetKeptAt("w1");
  EXPECT_TRUE(held.values().empty());
}

}  // namespace
}  // namespace mote::coordinator
