// What people read: reports, tables, progress, explanations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "client/jobfile/scalars.h"
#include "client/text/bill.h"
#include "client/text/cost_table.h"
#include "client/text/explanation.h"
#include "client/text/log_text.h"
#include "client/text/printable.h"
#include "client/text/progress.h"
#include "client/text/quantities.h"
#include "client/text/report.h"
#include "client/text/story.h"
#include "client/text/text_table.h"
#include "client/text/yaml_text.h"
#include "common/json.h"
#include "tests/client/running_job.h"

namespace mote::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ClassificationReport, LooksLikeScikitLearns) {
  const Json document = Json::parse(R"({
      "rows": 200, "accuracy": 0.75,
      "classes": [{"name": "good", "precision": 0.8, "recall": 0.85, "f1": 0.82424, "support": 140},
                  {"name": "bad", "precision": 0.6, "recall": 0.5, "f1": 0.54546, "support": 60}],
      "macro_avg": {"precision": 0.7, "recall": 0.675, "f1": 0.68484, "support": 200},
      "weighted_avg": {"precision": 0.74, "recall": 0.745, "f1": 0.7406, "support": 200},
      "confusion_matrix": [[119, 21], [30, 30]],
      "roc_auc": 0.7811, "positive": "bad", "undefined": ["precision of \"x\": nothing was predicted"]})");
  EXPECT_EQ(ReportText(document).value_or(""),
            "              precision  recall      f1  support\n"
            "good             0.8000  0.8500  0.8242      140\n"
            "bad              0.6000  0.5000  0.5455       60\n"
            "\n"
            "accuracy                         0.7500      200\n"
            "macro avg        0.7000  0.6750  0.6848      200\n"
            "weighted avg     0.7400  0.7450  0.7406      200\n"
            "\n"
            "confusion matrix\n"
            "label \\ predicted  good  bad\n"
            "good                119   21\n"
            "bad                  30   30\n"
            "\n"
            "ROC AUC 0.7811 (positive: bad)\n"
            "\n"
            "undefined, shown as 0: precision of \"x\": nothing was predicted\n");
}

TEST(ReportText, AnImportanceListsFeaturesWithTheirLoss) {
  const Json document = Json::parse(R"({"importance_of": "roc_auc", "score": 0.8125, "rows": 900, "repeats": 5,
      "features": [{"name": "job", "mean": 0.1, "deviation": 0.0125, "losses": []},
                   {"name": "age", "mean": -0.01, "deviation": 0, "losses": []}]})");
  EXPECT_EQ(ReportText(document).value_or(""),
            "feature  loss of roc_auc  deviation\n"
            "job               0.1000     0.0125\n"
            "age              -0.0100     0.0000\n"
            "\n"
            "roc_auc 0.8125 of 900 rows; each feature taken from other rows 5 times\n");
}

TEST(ReportText, ADependenceListsEachValueWithItsMeanScores) {
  const Json document = Json::parse(R"({"dependence_of": "scores", "rows": 900, "classes": ["good", "bad"],
      "features": [{"name": "age", "kind": "number", "points": [{"value": 19.0, "scores": [0.5, 0.5]},
                                                                {"value": 70.5, "scores": [0.75, 0.25]}]},
                   {"name": "job", "kind": "category", "points": [{"value": "none", "scores": [0.25, 0.75]}]}]})");
  EXPECT_EQ(ReportText(document).value_or(""),
            "feature  value    good     bad\n"
            "age       19.0  0.5000  0.5000\n"
            "          70.5  0.7500  0.2500\n"
            "job       none  0.2500  0.7500\n"
            "\n"
            "mean scores of 900 rows, once each of them had the value\n");
}

TEST(ReportText, AnEnsembleListsItsModelsWithTheirWeights) {
  const Json document = Json::parse(R"({"ensemble_of": "log_loss", "rows": 200, "steps": 40, "log_loss": 0.5,
      "equal_log_loss": 0.5625, "models": [{"name": "grow.model", "weight": 0.75, "log_loss": 0.625},
                                           {"name": "fit.model", "weight": 0.25, "log_loss": 0.875}]})");
  EXPECT_EQ(ReportText(document).value_or(""),
            "model       weight  log loss\n"
            "grow.model  0.7500    0.6250\n"
            "fit.model   0.2500    0.8750\n"
            "\n"
            "log loss 0.5000 together, 0.5625 with equal weights, of 200 rows\n");
}

TEST(ClassificationReport, AMissingAucSaysWhy) {
  const Json document = Json::parse(R"({"rows": 0, "accuracy": 0, "classes": [],
      "macro_avg": {"precision": 0, "recall": 0, "f1": 0, "support": 0},
      "weighted_avg": {"precision": 0, "recall": 0, "f1": 0, "support": 0},
      "confusion_matrix": [], "roc_auc": null, "roc_auc_reason": "there are 10 classes", "undefined": []})");
  EXPECT_THAT(ReportText(document).value_or(""), HasSubstr("ROC AUC: none, there are 10 classes"));
}

TEST(Quality, OutliersAndTheGreatestDriftAreShownWhereThereAreAny) {
  const Json document = Json::parse(R"({
      "rows": {"read": 9, "kept": {"train": 6, "dev": 1, "test": 2}, "dropped": 0}, "dropped": [],
      "columns": [{"name": "age", "kind": "number", "imputed": 1, "outliers": 2, "drift": {"dev": 0.125, "test": 0.5}},
                  {"name": "job", "kind": "category", "imputed": 0, "outliers": 0}]})");
  EXPECT_EQ(ReportText(document).value_or(""),
            "rows read 9; kept dev 1, test 2, train 6; dropped 0\n"
            "\n"
            "column  kind      imputed  not numbers  categories  unseen  outliers        drift  note\n"
            "age     number          1                                          2  0.50 (test)\n"
            "job     category        0                                          0\n");
}

TEST(Quality, ListsDroppedRowsWithReasonsAndColumns) {
  const Json document = Json::parse(R"({
      "rows": {"read": 10, "kept": {"train": 6, "test": 2}, "dropped": 2, "unassigned": 0},
      "dropped": [{"reason": "label is missing", "rows": 2, "first_lines": [3, 9]}],
      "columns": [{"name": "age", "kind": "number", "imputed": 1, "not_numbers": 0},
                  {"name": "id", "kind": "omitted", "reason": "it has one value"}]})");
  EXPECT_EQ(ReportText(document).value_or(""),
            "rows read 10; kept test 2, train 6; dropped 2\n"
            "dropped 2: label is missing (lines 3, 9, …)\n"
            "\n"
            "column  kind     imputed  not numbers  categories  unseen  note\n"
            "age     number         1            0\n"
            "id      omitted                                            it has one value\n");
}

TEST(Report, OtherDocumentsHaveNone) {
  for (const char* text : {"{}", "[]", "5", R"({"rows": 1, "columns": 2})", R"({"classes": 1, "macro_avg": 2})"}) {
    EXPECT_EQ(ReportText(Json::parse(text)), std::nullopt) << text;
  }
}

constexpr absl::Time kStart = absl::UnixEpoch();

TEST(Progress, BarsShowShareRateAndEta) {
  ProgressLines lines;
  lines.Observe(RunningJob(0, 10000), kStart);
  lines.Observe(RunningJob(5200, 10000), kStart + absl::Seconds(10));
  EXPECT_THAT(lines.Bars(120),
              ElementsAre("fit    [##########..........]  52%  5.20k/10.0k tasks  520/s, ETA 4s (3s–6s)  epoch 3 of 20",
                          "score  [....................]  waiting"));
  EXPECT_EQ(lines.Bars(40)[0].size(), 39U) << "never wider than the terminal";
}

TEST(Progress, PlainLinesComeAtMostOncePerSecondAndOnlyWhenSomethingChanged) {
  std::ostringstream out;
  ProgressPrinter printer(out, 0);
  printer.Show(RunningJob(1, 10), kStart);
  printer.Show(RunningJob(2, 10), kStart + absl::Milliseconds(500));
  EXPECT_EQ(out.str(), "fit: running, 1 of 10 tasks, ETA 4s (3s–6s); epoch 3 of 20\n");
  printer.Show(RunningJob(1, 10), kStart + absl::Seconds(60));
  const std::string before = out.str();
  v1::Job done = RunningJob(10, 10);
  done.mutable_stages(0)->set_state(v1::STAGE_STATE_COMPLETE);
  printer.Show(done, kStart + absl::Seconds(60) + absl::Milliseconds(1));
  EXPECT_THAT(out.str().substr(before.size()), HasSubstr("fit: complete, 10 of 10 tasks"))
      << "a new state is told at once";
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b"))) << "no escapes without a terminal";
}

TEST(Progress, ATerminalIsRedrawnInPlace) {
  std::ostringstream out;
  ProgressPrinter printer(out, 100);
  printer.Show(RunningJob(1, 10), kStart);
  printer.Show(RunningJob(2, 10), kStart + absl::Seconds(1));
  EXPECT_THAT(out.str(), HasSubstr("\x1b[2A\r")) << "two lines up";
  printer.Note("worker-1 ended");
  EXPECT_THAT(out.str(), HasSubstr("worker-1 ended\n"));
}

TEST(Progress, SaysWhyNothingRuns) {
  std::ostringstream out;
  ProgressPrinter printer(out, 0);
  v1::Job job = RunningJob(0, 10);
  job.set_waiting_reason("no worker allows commands; start one with --allow-commands");
  printer.Show(job, kStart);
  printer.Show(job, kStart + absl::Seconds(5));
  const std::string line = "waiting: no worker allows commands; start one with --allow-commands\n";
  ASSERT_THAT(out.str(), HasSubstr(line));
  EXPECT_EQ(out.str().find(line), out.str().rfind(line)) << "once";
}

// RunningJob at its price, with a budget of 5.
v1::Job BilledJob(int64_t committed, double bill) {
  v1::Job job = RunningJob(committed, 100);
  job.mutable_stages(0)->mutable_cost()->set_bill(bill);
  job.mutable_stages(1)->mutable_cost()->set_bill(0);
  job.mutable_bill()->mutable_price()->set_device_second(0.0008);
  job.mutable_bill()->mutable_price()->set_gib_moved(0);
  job.mutable_bill()->set_total(bill);
  job.mutable_bill()->set_since_retry(bill);
  job.mutable_bill()->set_budget(5);
  return job;
}

TEST(Bill, TellsTheBudgetTheRetryAndTheTotalThatIsPredicted) {
  v1::Job job = BilledJob(40, 1.3);
  EXPECT_EQ(BillText(job), "1.30 of 5.00") << "nobody knows what the stage that waits will cost";
  job.mutable_stages()->RemoveLast();
  EXPECT_EQ(BillText(job), "1.30 of 5.00, about 3.25 in all");
  job.mutable_bill()->set_since_retry(0.25);
  EXPECT_EQ(BillText(job), "1.30, since the last retry 0.25 of 5.00, about 3.25 in all");
  job.mutable_stages(0)->set_probe_tasks(20);
  job.mutable_stages(0)->set_probe_bill(0.1);
  EXPECT_THAT(BillText(job), HasSubstr("about 4.90 in all")) << "20 of its tasks cost 1.20, 60 are left";
  job.mutable_stages(0)->clear_probe_tasks();
  job.mutable_stages(0)->clear_eta();
  job.mutable_bill()->clear_budget();
  job.mutable_bill()->set_since_retry(1.3);
  EXPECT_EQ(BillText(job), "1.30");
  EXPECT_EQ(BillText(RunningJob(1, 10)), "");
  job.mutable_bill()->mutable_price()->set_gib_moved(0.02);
  EXPECT_EQ(PriceText(job.bill().price()), "0.0008 a device second, 0.02 a GiB moved");
}

TEST(Bill, IsTheLastLineOfProgress) {
  ProgressLines lines;
  lines.Observe(BilledJob(40, 1.3), kStart);
  ASSERT_EQ(lines.Bars(120).size(), 3u);
  EXPECT_EQ(lines.Bars(120).back(), "bill: 1.30 of 5.00");
  std::ostringstream out;
  ProgressPrinter printer(out, 0);
  printer.Show(BilledJob(40, 1.3), kStart);
  printer.Show(BilledJob(40, 1.4), kStart + absl::Milliseconds(500));
  EXPECT_EQ(out.str(), "fit: running, 40 of 100 tasks, ETA 4s (3s–6s); epoch 3 of 20\nbill: 1.30 of 5.00\n");
  printer.Finish(BilledJob(40, 1.4), kStart + absl::Milliseconds(600));
  EXPECT_THAT(out.str(), HasSubstr("bill: 1.40 of 5.00\n"));
}

TEST(Bill, StandsInTheCostOfAJobWithAPriceAndNowhereElse) {
  const v1::Job job = BilledJob(40, 1.3);
  EXPECT_THAT(CostText(job),
              AllOf(HasSubstr("LOST  BILL\n"), HasSubstr("bill: 1.30 of 5.00; 0.0008 a device second\n")));
  const OrderedJson json = CostJson(job);
  EXPECT_EQ(json["stages"][0]["bill"], 1.3);
  EXPECT_EQ(json["total"]["bill"], 1.3);
  EXPECT_EQ(json["bill"]["budget"], 5);
  EXPECT_EQ(json["bill"]["price"]["device_second"], 0.0008);
  const std::string csv = CostCsv(job);
  EXPECT_THAT(csv, HasSubstr(",bill,"));
  EXPECT_THAT(ExplanationText(job), HasSubstr("  bill    1.30 of 5.00\n"));
  EXPECT_EQ(ExplanationJson(job)["bill"]["total"], 1.3);

  const v1::Job free = RunningJob(40, 100);
  EXPECT_THAT(CostText(free), AllOf(Not(HasSubstr("BILL")), Not(HasSubstr("bill"))));
  EXPECT_THAT(CostJson(free).dump(), Not(HasSubstr("bill")));
  EXPECT_THAT(CostCsv(free), Not(HasSubstr("bill")));
  EXPECT_THAT(ExplanationText(free), Not(HasSubstr("bill")));
  EXPECT_THAT(ExplanationJson(free).dump(), Not(HasSubstr("bill")));
}

TEST(CostText, WastedTimeAndVerificationAreToldWhereThereWasSome) {
  v1::Job job = RunningJob(1000, 1000);
  EXPECT_THAT(CostText(job), AllOf(Not(HasSubstr("wasted:")), Not(HasSubstr("verified:"))));
  v1::StageStatus& stage = *job.mutable_stages(0);
  stage.mutable_cost()->set_wasted_seconds(1.5);
  stage.mutable_cost()->set_beaten_seconds(0.5);
  stage.mutable_verification()->set_blocks(12);
  stage.mutable_verification()->set_runs_extra(12);
  stage.mutable_verification()->set_seconds_extra(3);
  EXPECT_THAT(CostText(job),
              AllOf(HasSubstr("wasted: 1.00 s by attempts that failed, 500 ms by copies that another attempt beat\n"),
                    HasSubstr("verified: 12 blocks of fit by 12 more runs, 3.00 s of device time\n")));
  stage.mutable_verification()->set_blocks_one_worker(2);
  job.add_distrusted("w1: its result differs");
  EXPECT_THAT(ExplanationText(job),
              AllOf(HasSubstr("2 of them not independently"), HasSubstr("distrusted: w1: its result differs")));
}

TEST(Explanation, AFailureNamesKindStageTaskWorkerCauseDetailAndRemedy) {
  v1::Job job = RunningJob(1, 10);
  job.set_state(v1::JOB_STATE_FAILED);
  v1::Failure* failure = job.mutable_failure();
  failure->set_kind("out of memory");
  failure->set_stage("fit");
  failure->set_task(-1);
  failure->set_block_begin(64);
  failure->set_block_end(128);
  failure->set_message("2 GiB were wanted");
  failure->set_detail("line one\nline two\n");
  failure->set_worker("worker-1");
  const std::string text = ExplanationText(job);
  for (const char* part :
       {"job 7 (x) failed: out of memory: 2 GiB were wanted\n", "out of memory", "fit", "some task of 64 to 127",
        "worker-1", "2 GiB were wanted", "| line two", "cut smaller tasks"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  failure->set_task(70);
  EXPECT_THAT(ExplanationText(job), HasSubstr("where   task 70"));
}

TEST(Explanation, AWaitingJobSaysForWhatAndAbsentTasksAreListed) {
  v1::Job job = RunningJob(1, 10);
  job.set_waiting_reason("no worker is connected");
  EXPECT_THAT(ExplanationText(job), AllOf(HasSubstr("waits: no worker is connected"), HasSubstr("1 of 10 tasks done")));
  job.set_state(v1::JOB_STATE_PARTLY_QUARANTINED);
  v1::AbsentTask* absent = job.add_absent();
  absent->set_stage("fit");
  absent->set_task(5);
  absent->set_message("engine crash");
  EXPECT_THAT(ExplanationText(job), HasSubstr("absent  task 5 of fit: engine crash"));
}

v1::ExplainJobResponse SomeStory() {
  v1::ExplainJobResponse story;
  *story.mutable_job() = RunningJob(1, 10);
  story.set_attempts_failed(40);
  for (const int64_t task : {3, 5}) {
    v1::FailedAttempt* attempt = story.add_attempts();
    attempt->set_stage("fit");
    attempt->set_task_begin(task);
    attempt->set_task_end(task + 1);
    attempt->set_attempt(7);
    attempt->set_kind("engine crash");
    attempt->set_message("engine died of signal 9");
    attempt->set_detail("Killed\n");
    attempt->set_worker("worker-1");
  }
  return story;
}

TEST(StoryText, FailedAttemptsAreListedAndRepeatedDetailsAreNot) {
  const std::string text = StoryText(SomeStory());
  EXPECT_THAT(text, AllOf(HasSubstr("attempts that failed: 40; the last 2"),
                          HasSubstr("fit task 5, attempt 7 on worker-1: engine crash: engine died of signal 9")));
  EXPECT_EQ(text.find("| Killed"), text.rfind("| Killed"));
  EXPECT_EQ(StoryJson(SomeStory())["attempts"].size(), 2u);
}

TEST(StoryText, ATaskAloneTellsItsStateAttemptsAndRemedy) {
  v1::ExplainJobResponse story = SomeStory();
  v1::TaskStatus* task = story.add_tasks();
  task->set_stage("fit");
  task->set_task(5);
  task->set_state(v1::TASK_STATE_ABSENT);
  task->mutable_absent()->set_kind("timeout");
  task->mutable_absent()->set_message("ran for 2 s");
  const std::string text = StoryText(story, {"fit", 5});
  EXPECT_THAT(text, AllOf(HasSubstr("task 5 of fit: absent, for good: timeout: ran for 2 s"), HasSubstr("raise"),
                          HasSubstr("attempts that failed: 1\n"), Not(HasSubstr("fit task 3"))));
  EXPECT_THAT(StoryText(SomeStory(), {"fit", 6}), HasSubstr("it is done, or was never planned"));
}

TEST(StoryText, TasksAreNamedByIndexOrStageAndIndex) {
  EXPECT_EQ(ParseTaskName("12")->task, 12);
  EXPECT_EQ(ParseTaskName("score:12")->stage, "score");
  for (const char* wrong : {"", "x", "-1", ":3", "score:", "score:x", "1.5"}) {
    EXPECT_FALSE(ParseTaskName(wrong).ok()) << wrong;
  }
}

TEST(Printable, ControlCharactersAreShownAndLongLinesLoseTheirMiddle) {
  EXPECT_EQ(Printable("a\x1b[31mred\x07\x7f\tb\nc"), "a\\x1B[31mred\\x07\\x7F\tb\nc");
  EXPECT_EQ(Printable("caf\xc3\xa9 \xc2\x9b"), "caf\xc3\xa9 \\x9B");
  const std::string shortened = Printable("start" + std::string(5000, 'x') + "end\nsecond", 100);
  EXPECT_LT(shortened.size(), 150u);
  EXPECT_THAT(shortened, AllOf(HasSubstr("start"), HasSubstr("bytes"), HasSubstr("end\nsecond")));
}

TEST(Job, StagesThatWereNotRunSayWhoseOutputsTheyTook) {
  v1::Job job = RunningJob(0, 0);
  job.mutable_stages(0)->set_state(v1::STAGE_STATE_COMPLETE);
  job.mutable_stages(0)->set_reused_from(3);
  EXPECT_EQ(ReusedText(job.stages(0)), "reused from job 3");
  EXPECT_THAT(CostText(job), HasSubstr("Not run: fit reused from job 3."));
  EXPECT_EQ(CostJson(job)["stages"][0]["reused_from"], 3);
}

TEST(YamlText, ReadsBackAsTheSame) {
  const OrderedJson json = OrderedJson::parse(R"({"name": "x", "on": "yes", "n": 5, "list": [1, {"a": "b: c"}, []],
      "empty": {}, "text": "5", "none": null, "nested": {"deep": [true]}})");
  EXPECT_EQ(YamlText(json),
            "name: x\n\"on\": \"yes\"\n\"n\": 5\nlist:\n  - 1\n  - a: \"b: c\"\n  - []\nempty: {}\ntext: \"5\"\n"
            "none: null\nnested:\n  deep:\n    - true\n");
}

TEST(Quantities, AreShort) {
  EXPECT_EQ(SecondsText(0), "0");
  EXPECT_EQ(SecondsText(1.5e-5), "15.0 µs");
  EXPECT_EQ(SecondsText(7265), "2h01m");
  EXPECT_EQ(BytesText(1536), "1.50 KiB");
  EXPECT_EQ(CountText(1234567), "1.23M");
  EXPECT_EQ(DurationText(absl::Seconds(130)), "2m10s");
}

TEST(TextTable, AlignsByCharactersNotBytes) {
  TextTable table({{"α"}, {"n", TextTable::Align::kRight}});
  table.Add({"é", "10"});
  table.Add({"ab", "5"});
  EXPECT_EQ(table.ToString(), "α    n\né   10\nab   5\n");
}

TEST(Scalars, DurationsAndSizesNeedSense) {
  EXPECT_EQ(DurationOf("1m30s"), absl::Seconds(90));
  for (const char* wrong : {"60", "-5s", "inf", "soon", ""}) EXPECT_EQ(DurationOf(wrong), std::nullopt) << wrong;
  EXPECT_EQ(BytesOf("64 kB"), 64000);
  EXPECT_EQ(BytesOf("1.5MiB"), 1572864);
  EXPECT_EQ(BytesOf("4096"), 4096);
  for (const char* wrong : {"1.5", "x", "", "5 parsecs", "99999999999 TiB", "-1"}) {
    EXPECT_EQ(BytesOf(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(IntegerOf("0x10"), 16);
  EXPECT_EQ(IntegerOf("9223372036854775808"), std::nullopt);
  EXPECT_EQ(NumberOf("inf"), std::nullopt);
  EXPECT_EQ(NumberOf("1e400"), std::nullopt);
}

TEST(LogText, LinesNameTheirSlotAndCannotMoveTheCursor) {
  v1::LogLine line;
  line.set_slot(2);
  line.set_job_id(7);
  line.set_text("at\ttask 5\x1b[2J \xff");
  line.mutable_time()->set_seconds(1'000'000'000);
  EXPECT_THAT(LogLineText("w1", line), HasSubstr(" w1/2 | at\ttask 5\\x1B[2J"));
  const OrderedJson json = LogLineJson("w1", line);
  EXPECT_EQ(json["time"], "2001-09-09T01:46:40.000Z");
  EXPECT_EQ(json["job_id"], 7);
}

}  // namespace
}  // namespace mote::client
