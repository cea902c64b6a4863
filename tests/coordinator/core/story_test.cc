#include "coordinator/core/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

mc::JobStoryView Explain(CoreHarness& c, JobId job, const std::string& stage = "", int64_t task = -1) {
  c.Send(mc::ExplainJob{CallId{77}, job, stage, task});
  const mc::Reply& reply = c.replies().back();
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  return std::get<mc::JobStoryView>(reply.answer);
}

TEST(Story, FailedAttemptsAreToldWithTimeWorkerTasksAndCause) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  c.Advance(absl::Seconds(1));
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kEngineCrash, 0);
  const absl::Time failed_at = c.now();
  const mc::JobStoryView story = Explain(c, job);
  ASSERT_EQ(story.attempts.size(), 1u);
  const mc::FailedAttempt& attempt = story.attempts[0];
  EXPECT_EQ(attempt.time, failed_at);
  EXPECT_EQ(story.stage_names.at(attempt.stage), "work");
  EXPECT_EQ(attempt.tasks, (TaskRange{0, 1}));
  EXPECT_EQ(attempt.attempt, 1u);
  EXPECT_EQ(attempt.failure.kind, FaultKind::kEngineCrash);
  EXPECT_EQ(attempt.failure.worker, "w1");
  EXPECT_EQ(attempt.failure.detail, "stderr tail");
  EXPECT_EQ(story.attempts_failed, 1);
}

TEST(Story, ReplayTellsTheSameStory) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 64));
  for (int i = 0; i < 2; ++i) c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kEngineCrash);
  const std::vector<mc::FailedAttempt> before = Explain(c, job).attempts;
  c.Restart();
  EXPECT_EQ(Explain(c, job).attempts, before);
  EXPECT_EQ(before.size(), 2u);
}

TEST(Story, IsBoundedAndKeepsTheLast) {
  mc::Story story;
  for (uint32_t i = 0; i < 100; ++i) {
    mc::FailedAttempt attempt;
    attempt.attempt = i;
    attempt.failure.detail = std::string(4000, 'x') + absl::StrCat("the end ", i);
    story.Add(attempt);
  }
  ASSERT_EQ(story.attempts().size(), mc::kStoryAttemptsMax);
  EXPECT_EQ(story.failed(), 100);
  EXPECT_EQ(story.attempts().back().attempt, 99u);
  EXPECT_EQ(story.attempts().front().failure.detail.size(), 1024u);
  EXPECT_THAT(story.attempts().back().failure.detail, HasSubstr("the end 99"));
}

TEST(Story, ATaskIsPendingThenRunningThenCommittedOrAbsent) {
  CoreHarness c;
  mc::JobSpec spec = OneStage("echo", 4);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  const JobId job = *c.Submit(spec);
  EXPECT_EQ(Explain(c, job, "work", 2).tasks.at(0).state, mc::TaskState::kPending);
  c.Connect("w1");
  const mc::SendLease first = c.TakeLease("w1");
  const int64_t task = first.token.block.begin();
  const mc::TaskView running = Explain(c, job, "", task).tasks.at(0);
  EXPECT_EQ(running.state, mc::TaskState::kRunning);
  EXPECT_THAT(running.running_on, ::testing::ElementsAre("w1"));
  c.ReportFault("w1", first, FaultKind::kApplication, task);
  const mc::TaskView absent = Explain(c, job, "work", task).tasks.at(0);
  EXPECT_EQ(absent.state, mc::TaskState::kAbsent);
  ASSERT_TRUE(absent.absent.has_value());
  EXPECT_EQ(absent.absent->message, "it broke");
  EXPECT_EQ(absent.absent->kind, "application error");
  EXPECT_EQ(absent.absent->worker, "w1");
  EXPECT_EQ(absent.faults, 1);
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kPartlyQuarantined);
  EXPECT_EQ(Explain(c, job, "work", task).tasks.at(0).state, mc::TaskState::kAbsent) << "also after the pass is over";
  EXPECT_THAT(Explain(c, job, "work", 99).tasks, IsEmpty());
}

TEST(Story, AStageThatDoesNotExistIsNamedWithThoseThatDo) {
  CoreHarness c;
  const JobId job = *c.Submit(OneStage("noop", 1));
  c.Send(mc::ExplainJob{CallId{77}, job, "wrok", 0});
  EXPECT_EQ(c.replies().back().status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(c.replies().back().status.message()), HasSubstr("did you mean \"work\""));
  c.Send(mc::ExplainJob{CallId{78}, JobId{99}, "", -1});
  EXPECT_THAT(std::string(c.replies().back().status.message()), HasSubstr("no job 99"));
}

TEST(Waiting, EveryStageThatDoesNotRunSaysWhy) {
  CoreHarness c;
  mc::JobSpec spec = OneStage("noop", 1);
  mc::StageSpec later = spec.stages[0];
  later.name = "later";
  later.after = {"work"};
  spec.stages.push_back(later);
  const JobId job = *c.Submit(spec);
  mc::JobView view = c.View(job);
  EXPECT_THAT(view.stages[0].waiting_reason, HasSubstr("no worker is connected"));
  EXPECT_EQ(view.stages[1].waiting_reason, "for work (0 of 1 tasks so far)");
  EXPECT_EQ(view.waiting_reason, view.stages[0].waiting_reason);

  c.Connect("w1");
  EXPECT_EQ(c.View(job).waiting_reason, "");
  for (int i = 0; i < 2; ++i) c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kEngineCrash);
  EXPECT_THAT(c.View(job).waiting_reason, HasSubstr("what failed is tried again in"));
}

}  // namespace
}  // namespace mote::testing
