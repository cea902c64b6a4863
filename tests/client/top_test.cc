#include "client/text/top.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mote::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

v1::Job JobOf(uint64_t id, v1::JobState state, int64_t committed) {
  v1::Job job;
  job.set_id(id);
  job.set_name(absl::StrCat("job-", id));
  job.set_state(state);
  v1::StageStatus& stage = *job.add_stages();
  stage.set_name("work");
  stage.set_state(state == v1::JOB_STATE_RUNNING ? v1::STAGE_STATE_RUNNING : v1::STAGE_STATE_WAITING);
  stage.set_tasks_total(1000);
  stage.set_tasks_committed(committed);
  return job;
}

v1::Worker WorkerOf(const std::string& name, int64_t committed) {
  v1::Worker worker;
  worker.set_name(name);
  worker.set_state("connected");
  worker.set_slots(4);
  worker.set_leases(6);
  worker.set_tasks_committed(committed);
  return worker;
}

TEST(Top, ShowsWhatRunsAndWhatWaitsAndRatesSinceTheLookBefore) {
  Top top;
  v1::Job waiting = JobOf(9, v1::JOB_STATE_PENDING, 0);
  waiting.set_waiting_reason("no worker allows commands");
  const auto jobs = [&](int64_t done) {
    return std::vector<v1::Job>{waiting, JobOf(8, v1::JOB_STATE_SUCCEEDED, 1000),
                                JobOf(7, v1::JOB_STATE_RUNNING, done)};
  };
  top.Observe(jobs(100), {WorkerOf("w1", 5000)}, kNow);
  EXPECT_THAT(top.Screen("host:7070", 24),
              AllOf(HasSubstr("1 jobs running, 1 waiting; 1 of 1 workers connected, 4 slots, "
                              "6 leases\n"),
                    Not(HasSubstr("tasks/s"))));
  top.Observe(jobs(300), {WorkerOf("w1", 5200)}, kNow + absl::Seconds(2));
  const std::string screen = top.Screen("host:7070", 24);
  EXPECT_THAT(screen, HasSubstr("6 leases; 100 tasks/s\n"));
  EXPECT_THAT(screen, Not(HasSubstr("job-8"))) << "it has ended";
  EXPECT_LT(screen.find("job-7"), screen.find("job-9")) << "running ones first";
  EXPECT_THAT(screen, HasSubstr("no worker allows commands"));
  EXPECT_THAT(screen, HasSubstr("30%"));
}

TEST(Top, ARetryThatTakesTasksBackHasNoNegativeRate) {
  Top top;
  top.Observe({JobOf(7, v1::JOB_STATE_RUNNING, 900)}, {}, kNow);
  top.Observe({JobOf(7, v1::JOB_STATE_RUNNING, 100)}, {}, kNow + absl::Seconds(1));
  EXPECT_THAT(top.Screen("a", 24), Not(HasSubstr("-8")));
}

TEST(Top, WhatHasNoRoomIsCounted) {
  std::vector<v1::Job> jobs;
  for (uint64_t id = 1; id <= 100; ++id) jobs.push_back(JobOf(id, v1::JOB_STATE_RUNNING, 1));
  std::vector<v1::Worker> workers;
  for (int i = 0; i < 50; ++i) workers.push_back(WorkerOf(absl::StrCat("w", i), 1));
  Top top;
  top.Observe(jobs, workers, kNow);
  for (const int height : {8, 24, 50}) {
    const std::string screen = top.Screen("a", height);
    EXPECT_LE(std::count(screen.begin(), screen.end(), '\n'), height);
    EXPECT_THAT(screen, AllOf(HasSubstr(" more jobs\n"), HasSubstr(" more workers\n")));
  }
}

TEST(Top, NothingThereIsShownAsThat) {
  Top top;
  top.Observe({}, {}, kNow);
  EXPECT_THAT(top.Screen("a", 24), HasSubstr("0 jobs running, 0 waiting; 0 of 0 workers connected"));
}

TEST(Top, ANameCannotWriteOnTheTerminal) {
  v1::Job job = JobOf(7, v1::JOB_STATE_PENDING, 0);
  job.set_waiting_reason("x\x1b[2Jy");
  Top top;
  top.Observe({job}, {}, kNow);
  EXPECT_THAT(top.Screen("a", 24), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace mote::client
