#include "coordinator/core/forget_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Done at once; its output is an artifact.
class StoredPlanner final : public SourceOperation {
 public:
  StoredPlanner() : SourceOperation("stored") {}
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext&) const override {
    mc::PlanStep step;
    step.outputs["result"] = {OutputKind::kBlob, {"", ArtifactRef{Sha256("output"), 6, false}}, 0, 6};
    return step;
  }
};

class ForgetJob : public ::testing::Test {
 protected:
  ForgetJob() {
    c.options.retention = absl::Hours(1);
    c.options.ended_jobs_max = 3;
    c.Restart();  // options are taken then
  }
  bool IsKnown(JobId job) { return c.core().state().FindJob(job) != nullptr; }

  const PlannersWith planners_ = With<StoredPlanner>();
  CoreHarness c{planners_};
};

TEST_F(ForgetJob, WhatEndedLongAgoIsGoneWithItsArtifacts) {
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("stored", 0), "request");
  ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_THAT(c.core().state().artifact_users, SizeIs(1));
  c.Advance(absl::Minutes(59), /*heartbeats=*/false);
  EXPECT_TRUE(IsKnown(job));
  c.Advance(absl::Minutes(2), /*heartbeats=*/false);
  EXPECT_FALSE(IsKnown(job));
  EXPECT_THAT(c.core().state().artifact_users, IsEmpty());
  EXPECT_THAT(c.core().state().drops, IsEmpty()) << "it is collected, when nobody can have put it again";
  EXPECT_NE(*c.Submit(OneStage("stored", 0), "request"), job) << "nobody knows the request any more";
}

TEST_F(ForgetJob, AnArtifactThatAnotherJobHasTooStays) {
  const JobId first = *c.Submit(OneStage("stored", 0));
  c.Advance(absl::Minutes(30), false);
  const JobId second = *c.Submit(OneStage("stored", 0));
  EXPECT_EQ(c.View(second).stages[0].reused_from, first);
  c.Advance(absl::Minutes(40), false);
  EXPECT_FALSE(IsKnown(first));
  EXPECT_THAT(c.core().state().artifact_users, SizeIs(1));
  const JobId third = *c.Submit(OneStage("stored", 0));
  EXPECT_EQ(c.View(third).state, mc::JobState::kSucceeded);
}

TEST_F(ForgetJob, BeyondANumberTheOldestGo) {
  std::vector<JobId> jobs;
  for (int i = 0; i < 5; ++i) {
    jobs.push_back(*c.Submit(OneStage("stored", 0)));
    c.Advance(absl::Seconds(1), false);
  }
  for (size_t i = 0; i < jobs.size(); ++i) EXPECT_EQ(IsKnown(jobs[i]), i >= 2) << i;
}

TEST_F(ForgetJob, AJobThatRunsIsNotForgotten) {
  const JobId job = *c.Submit(OneStage("noop", 10));
  c.Advance(absl::Hours(5), false);
  EXPECT_TRUE(IsKnown(job));
}

TEST_F(ForgetJob, AClockThatIsWrongAtAStartForgetsNothing) {
  const JobId job = *c.Submit(OneStage("stored", 0));
  c.StepClock(absl::Hours(24 * 365));
  c.Restart();
  c.Advance(absl::Minutes(5), false);
  EXPECT_TRUE(IsKnown(job));
  c.Advance(absl::Minutes(10), false);
  EXPECT_FALSE(IsKnown(job));
}

TEST_F(ForgetJob, ARestartKnowsWhatWasForgotten) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(c.Submit(OneStage("stored", 0)).ok());
    c.Advance(absl::Seconds(1), false);
  }
  c.Restart();
  EXPECT_THAT(c.core().state().jobs, SizeIs(3));
  EXPECT_THAT(c.core().state().ended, SizeIs(3));
}

}  // namespace
}  // namespace mote::testing
