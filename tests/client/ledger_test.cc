// What a job's ledger tells of tasks: a row each, and added up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/ledger/rollup.h"
#include "client/ledger/settled_tasks.h"
#include "client/text/rollup_text.h"
#include "client/text/task_rows.h"
#include "common/json.h"
#include "tests/client/ledger_entries.h"

namespace mote::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string RowsOf(const std::vector<v1::LedgerEntry>& entries, TaskRowForm form, const std::string& stage = "work") {
  std::string text;
  std::vector<std::string> unreadable;
  WriteTaskRows(
      OneStageJob(stage), entries, form, [&](std::string_view piece) { text.append(piece); }, &unreadable);
  EXPECT_THAT(unreadable, IsEmpty());
  return text;
}

std::vector<std::string> PiecesOf(const std::vector<v1::LedgerEntry>& entries) {
  std::vector<std::string> pieces;
  for (const SettledTasks& tasks : SettledTasksOf(entries)) {
    pieces.push_back(tasks.entry->worker() + " " + std::to_string(tasks.begin) + "-" + std::to_string(tasks.end));
  }
  return pieces;
}

TEST(SettledTasks, TheLastCommitOfATaskCounts) {
  EXPECT_THAT(PiecesOf({EntryOf(1, 0, 8, 1, "a"), EntryOf(1, 8, 16, 1, "b")}), ElementsAre("a 0-8", "b 8-16"));
  EXPECT_THAT(PiecesOf({EntryOf(1, 0, 8, 1, "a"), EntryOf(1, 0, 8, 1, "b")}), ElementsAre("b 0-8"));
  EXPECT_THAT(PiecesOf({EntryOf(1, 0, 8, 1, "a"), EntryOf(1, 2, 4, 1, "b")}), ElementsAre("a 0-2", "b 2-4", "a 4-8"));
  EXPECT_THAT(PiecesOf({EntryOf(1, 0, 4, 1, "a"), EntryOf(1, 4, 8, 1, "b"), EntryOf(1, 2, 6, 1, "c")}),
              ElementsAre("a 0-2", "c 2-6", "b 6-8"));
  EXPECT_THAT(PiecesOf({EntryOf(2, 0, 1, 1, "b"), EntryOf(1, 0, 1, 1, "a")}), ElementsAre("a 0-1", "b 0-1"))
      << "by pass";
}

TEST(Rollup, AddsUpWhatWasSettledAndWhatWasWasted) {
  v1::LedgerEntry first = EntryOf(1, 0, 4, 100, "b"), again = EntryOf(1, 2, 4, 200, "a"),
                  lost = EntryOf(1, 0, 0, 1, "b");
  first.set_slot(1);
  first.add_phase_ns(5);
  for (int phase = 1; phase < kPhaseCount; ++phase) first.add_phase_ns(phase == 3 ? 400 : 0);  // compute
  first.set_network_bytes(70);
  first.set_memory_bytes(1000);
  for (v1::LedgerEntry* entry : {&first, &again, &lost}) entry->mutable_slot_time()->set_nanos(400);
  lost.set_outcome(v1::LEDGER_OUTCOME_WASTED);
  lost.set_memory_bytes(5000);
  v1::Job job = OneStageJob("work");
  job.mutable_stages(0)->set_operation("noop");
  job.mutable_stages(0)->mutable_cost()->set_alpha_seconds_per_byte(1e-9);

  const std::vector<Rollup> by_worker = RollUp(job, {first, again, lost}, RollupBy::kWorker).rows;
  ASSERT_EQ(by_worker.size(), 2U);
  const Rollup& a = by_worker[0];
  const Rollup& b = by_worker[1];
  EXPECT_EQ(a.name, "a");
  EXPECT_EQ(a.cost.tasks, 2);
  EXPECT_EQ(b.cost.tasks, 2) << "the other two were settled by a";
  EXPECT_EQ(b.cost.task_ns.count(), 2);
  EXPECT_EQ(b.cost.task_ns.max(), 101);
  EXPECT_EQ(b.cost.phase_ns[0], 5);
  EXPECT_EQ(b.cost.memory_bytes, 5000);
  EXPECT_EQ(b.attempts, 2);
  EXPECT_EQ(b.wasted, 1);
  EXPECT_EQ(b.device_ns, 800);
  EXPECT_EQ(b.wasted_ns, 400);
  EXPECT_DOUBLE_EQ(b.predicted_seconds, 470e-9);
  EXPECT_DOUBLE_EQ(b.measured_seconds, 405e-9);

  const auto names = [&](RollupBy by) {
    std::vector<std::string> found;
    const std::vector<Rollup> rows = RollUp(job, {first, again, lost}, by).rows;
    for (const Rollup& row : rows) found.push_back(row.name);
    return found;
  };
  EXPECT_THAT(names(RollupBy::kStage), ElementsAre("work"));
  EXPECT_THAT(names(RollupBy::kOperation), ElementsAre("noop"));
  EXPECT_THAT(names(RollupBy::kPass), ElementsAre("work pass 1"));
  EXPECT_THAT(names(RollupBy::kSlot), ElementsAre("a slot 0", "b slot 0", "b slot 1"));
  EXPECT_THAT(names(RollupBy::kBlock),
              ElementsAre("work pass 1 tasks 0 to 3", "work pass 1 tasks 2 to 3", "work pass 1 no tasks"));

  const std::string csv = RollupCsv(by_worker, "worker");
  EXPECT_THAT(csv, StartsWith("worker,tasks,attempts,wasted,fetch_ns,"));
  EXPECT_THAT(csv, HasSubstr("\nb,2,2,1,5,0,0,400,0,0,0,0,70,"));
  EXPECT_THAT(RollupText(by_worker, "worker"), HasSubstr("WORKER"));
  EXPECT_EQ(RollupJson(by_worker, "worker")[1]["wasted_ns"], 400);
  EXPECT_DOUBLE_EQ(RollupJson(by_worker, "worker")[1]["measured_seconds"].get<double>(), 405e-9);
  EXPECT_THAT(RollupText(by_worker, "worker"), HasSubstr("+16.0%")) << "T' 470 ns, T + COMM 405 ns";
  EXPECT_EQ(ParseRollup("slot"), RollupBy::kSlot);
  EXPECT_EQ(ParseRollup("slots"), std::nullopt);
}

// A job with a stage for each of `operations`.
v1::Job JobWith(uint64_t id, const std::vector<std::string>& operations) {
  v1::Job job;
  job.set_id(id);
  job.set_state(v1::JOB_STATE_SUCCEEDED);
  for (const std::string& operation : operations) {
    v1::StageStatus& stage = *job.add_stages();
    stage.set_name(operation + std::to_string(job.stages_size()));
    stage.set_operation(operation);
  }
  return job;
}

JobRollup RollupOf(const v1::Job& job, const std::vector<v1::LedgerEntry>& entries, RollupBy by) {
  return RollUp(job, entries, by);
}

TEST(MergedRollups, QuantilesAreThoseOfAllTheTasksTogether) {
  // Of 100 tasks, 90 take a microsecond and 10 a second: the mean of the jobs' medians
  // would be half a second.
  const v1::Job fast = JobWith(1, {"noop"}), slow = JobWith(2, {"noop"});
  const std::vector<v1::LedgerEntry> many = {EntryOf(1, 0, 90, 1000)}, few = {EntryOf(1, 0, 10, 1'000'000'000)};
  Histogram both;
  for (int64_t i = 0; i < 90; ++i) both.Add(1000 + i);
  for (int64_t i = 0; i < 10; ++i) both.Add(1'000'000'000 + i);

  const std::vector<Rollup> rows = MergeRollups(
      {RollupOf(fast, many, RollupBy::kOperation), RollupOf(slow, few, RollupBy::kOperation)}, RollupBy::kOperation);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].name, "noop");
  EXPECT_EQ(rows[0].jobs, 2);
  EXPECT_EQ(rows[0].cost.tasks, 100);
  EXPECT_EQ(rows[0].cost.task_ns, both);
  EXPECT_LT(rows[0].cost.task_ns.Quantile(0.5), 1100);
  EXPECT_GT(rows[0].cost.task_ns.Quantile(0.99), 900'000'000);
  EXPECT_EQ(rows[0].cost.task_ns.max(), 1'000'000'009);
  EXPECT_EQ(rows[0].attempts, 2);
  EXPECT_THAT(RollupText(rows, "operation"), StartsWith("OPERATION  JOBS  TASKS"));
}

TEST(MergedRollups, AnOperationsStagesAreOneRowWithTheirPredictionAndBill) {
  v1::Job first = JobWith(1, {"train", "infer", "train"}), second = JobWith(2, {"infer"});
  for (const int stage : {0, 2}) {
    first.mutable_stages(stage)->mutable_cost()->set_predicted_seconds(1.5);
    first.mutable_stages(stage)->mutable_cost()->set_bill(0.25);
  }
  second.mutable_stages(0)->mutable_cost()->set_predicted_seconds(4);
  v1::LedgerEntry later = EntryOf(2, 0, 3, 100);
  later.set_stage(2);
  const std::vector<Rollup> rows = MergeRollups({RollupOf(first, {EntryOf(1, 0, 2, 100), later}, RollupBy::kOperation),
                                                 RollupOf(second, {EntryOf(1, 0, 7, 100)}, RollupBy::kOperation)},
                                                RollupBy::kOperation);
  ASSERT_EQ(rows.size(), 2u);
  const Rollup &train = rows[0], &infer = rows[1];
  EXPECT_EQ(train.name, "train");
  EXPECT_EQ(train.jobs, 1);
  EXPECT_EQ(train.cost.tasks, 5);
  EXPECT_EQ(train.predicted_seconds, 3.0);
  EXPECT_EQ(train.bill, 0.5);
  EXPECT_EQ(infer.name, "infer");
  EXPECT_EQ(infer.jobs, 2) << "also of the job in which it has not run yet";
  EXPECT_EQ(infer.cost.tasks, 7);
  EXPECT_EQ(infer.predicted_seconds, 4.0);
  EXPECT_EQ(infer.bill, std::nullopt) << "no price is no zero";
  EXPECT_THAT(RollupCsv(rows, "operation"), HasSubstr(",1,3.0,0.0,0.5\ninfer,"));
  EXPECT_THAT(RollupCsv(rows, "operation"), EndsWith(",2,4.0,0.0,\n"));
  EXPECT_TRUE(RollupJson(rows, "operation")[1]["bill"].is_null());
  EXPECT_THAT(RollupText(rows, "operation"), HasSubstr("BILL\n"));
}

TEST(MergedRollups, WorkersOfSeveralJobsStandByName) {
  const v1::Job first = JobWith(1, {"noop"}), second = JobWith(2, {"noop"});
  const std::vector<Rollup> rows =
      MergeRollups({RollupOf(first, {EntryOf(1, 0, 2, 1, "b")}, RollupBy::kWorker),
                    RollupOf(second, {EntryOf(1, 0, 2, 1, "b"), EntryOf(1, 2, 3, 1, "a")}, RollupBy::kWorker)},
                   RollupBy::kWorker);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].name, "a");
  EXPECT_EQ(rows[1].cost.tasks, 4);
  EXPECT_TRUE(IsOfOneJob(RollupBy::kPass));
  EXPECT_FALSE(IsOfOneJob(RollupBy::kWorker));
}

TEST(RollupNotes, JobsWithoutCostOrPriceAndTasksWithoutRowsAreNamed) {
  v1::Job ran = JobWith(1, {"noop"}), pending = JobWith(2, {"sleep"}), reused = JobWith(3, {"noop"});
  ran.mutable_stages(0)->mutable_cost()->set_tasks(2);
  pending.set_state(v1::JOB_STATE_PENDING);
  reused.mutable_stages(0)->set_reused_from(1);
  const auto notes = [&](const std::vector<v1::LedgerEntry>& entries) {
    return RollupNotes({RollupOf(ran, entries, RollupBy::kOperation), RollupOf(pending, {}, RollupBy::kOperation),
                        RollupOf(reused, {}, RollupBy::kOperation)});
  };
  EXPECT_THAT(notes({EntryOf(1, 0, 2, 1)}), ElementsAre("nothing has run for job 2 (PENDING), 3 (reused)"));
  EXPECT_THAT(notes({}), ElementsAre(HasSubstr("job 2"), StartsWith("2 of 2 measured tasks have no row")));
  ran.mutable_bill()->set_total(1);
  EXPECT_THAT(notes({EntryOf(1, 0, 2, 1)}),
              ElementsAre(HasSubstr("job 2"), "BILL is of 1 of 3 jobs: the others have no price"));

  const std::vector<Rollup> rows = RollUp(pending, {}, RollupBy::kOperation).rows;
  ASSERT_EQ(rows.size(), 1u) << "an operation that has not run has a row";
  EXPECT_EQ(rows[0].name, "sleep");
  EXPECT_EQ(rows[0].attempts, 0);
}

TEST(SettledTasks, WhatWasNotCommittedDoesNot) {
  v1::LedgerEntry wasted = EntryOf(1, 0, 0, 1), held = EntryOf(1, 0, 8, 1);
  wasted.set_outcome(v1::LEDGER_OUTCOME_WASTED);
  held.set_outcome(v1::LEDGER_OUTCOME_HELD);
  EXPECT_THAT(PiecesOf({wasted, held}), IsEmpty());
}

TEST(TaskRows, EachTaskHasARowOfWhatItTook) {
  EXPECT_EQ(RowsOf({EntryOf(3, 5, 7, 100)}, TaskRowForm::kCsv, "a,b"),
            "stage,pass,kernel,task,worker,slot,wall_ns,fetch_ns,decode_ns,to_device_ns,compute_ns,from_device_ns,"
            "encode_ns,send_ns,staged_bytes,network_bytes,predicted_ns\n"
            "\"a,b\",3,noop,5,w1,0,100,0,0,0,100,0,0,0,0,0,100\n"
            "\"a,b\",3,noop,6,w1,0,101,0,0,0,101,0,0,0,0,0,101\n");
  const Json rows = Json::parse(RowsOf({EntryOf(3, 5, 7, 100)}, TaskRowForm::kJson));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].at("task"), 6);
  EXPECT_EQ(rows[1].at("wall_ns"), 101);
  EXPECT_EQ(Json::parse(RowsOf({}, TaskRowForm::kJson)).size(), 0u);
  EXPECT_THAT(RowsOf({EntryOf(3, 5, 7, 100)}, TaskRowForm::kTable), HasSubstr("101 ns"));
}

TEST(TaskRows, RowsOfAnAttemptThatWasOvertakenAreThoseThatStand) {
  const std::string rows = RowsOf({EntryOf(1, 0, 4, 10), EntryOf(1, 1, 2, 90)}, TaskRowForm::kCsv);
  EXPECT_THAT(rows, HasSubstr(",0,w1,0,10,"));
  EXPECT_THAT(rows, HasSubstr(",1,w1,0,90,"));
  EXPECT_THAT(rows, HasSubstr(",3,w1,0,13,"));
}

// One lying worker takes no other's rows away.
TEST(TaskRows, ColumnsThatCannotBeReadAreNamedAndTheOthersShown) {
  v1::LedgerEntry entry = EntryOf(1, 0, 100, 1000, "w\x1b[31m");
  entry.mutable_task_columns()->resize(20);
  const std::vector<v1::LedgerEntry> entries = {entry, EntryOf(1, 100, 102, 50)};
  std::string text;
  std::vector<std::string> unreadable;
  WriteTaskRows(
      OneStageJob("work"), entries, TaskRowForm::kCsv, [&](std::string_view piece) { text.append(piece); },
      &unreadable);
  ASSERT_EQ(unreadable.size(), 1u);
  EXPECT_THAT(unreadable[0], StartsWith("worker w\\x1B[31m, tasks 0 to 99: "));
  EXPECT_THAT(text, HasSubstr(",101,w1,0,51,"));

  const JobRollup rollup = RollUp(OneStageJob("work"), entries, RollupBy::kWorker);
  EXPECT_EQ(rollup.rows.size(), 2u);
  EXPECT_THAT(rollup.unreadable, ElementsAre(unreadable[0]));
  EXPECT_THAT(
      RollupNotes({rollup}),
      Contains(StartsWith("what 1 attempt told of single tasks cannot be read and is left out: job 0, worker")));
}

}  // namespace
}  // namespace mote::client
