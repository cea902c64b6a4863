// Job files: what they become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "client/text/proto_json.h"
#include "tests/client/job_text.h"

namespace mote::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(JobFile, CreditRiskHasItsNormalForm) {
  const absl::StatusOr<JobFile> job = LoadJobFile(std::string(kTestData) + "/credit_risk.yaml", {});
  ASSERT_TRUE(job.ok()) << job.status();
  const std::string normal_form = ToJson(job->spec, Defaults::kSkipped).dump(2) + "\n";
  const std::string golden = std::string(kTestData) + "/credit_risk.golden.json";
  if (std::getenv("MOTE_UPDATE_GOLDEN") != nullptr) std::ofstream(golden) << normal_form;
  EXPECT_EQ(normal_form, ReadFile(golden)) << "MOTE_UPDATE_GOLDEN=1 writes it anew";
}

TEST(JobFile, JsonIsReadAsWell) {
  const v1::JobSpec spec = Spec(R"({"name": "x", "params": {"n": 4},
      "stages": [{"name": "a", "echo": {"bytes": "$n"}, "tasks": {"count": "$n"}}]})");
  EXPECT_EQ(spec.stages(0).tasks().count(), 4);
  EXPECT_EQ(spec.stages(0).operation().parameters().fields().at("bytes").number_value(), 4);
}

TEST(JobFile, BareWordsAndMissingValuesStandForEmptyMaps) {
  const v1::JobSpec spec = Spec(Stage("    noop:\n    reduce: sum\n"));
  EXPECT_EQ(spec.stages(0).operation().name(), "noop");
  EXPECT_TRUE(spec.stages(0).operation().has_parameters());
  EXPECT_EQ(spec.stages(0).reduce().name(), "sum");
}

TEST(JobFile, DurationsSizesAndPoliciesAreRead) {
  const v1::JobSpec spec =
      Spec(Stage("    noop: {}\n    tasks: {bytes: 4MiB}\n    timeout: 1m30s\n    retry: {attempts: 5}\n"
                 "    on_bad_task: quarantine\n"));
  EXPECT_EQ(spec.stages(0).tasks().bytes(), 4 << 20);
  EXPECT_EQ(spec.stages(0).timeout().seconds(), 90);
  EXPECT_EQ(spec.stages(0).attempts_max(), 5);
  EXPECT_EQ(spec.stages(0).on_bad_task(), v1::TASK_POLICY_QUARANTINE);
}

TEST(JobFile, RetriesOfApplicationErrorsAndADeadlineAreRead) {
  const v1::JobSpec spec =
      Spec("deadline: 2h\n" + Stage("    noop: {}\n    retry: {attempts: 5, on: [application]}\n"));
  EXPECT_EQ(spec.deadline().seconds(), 7200);
  EXPECT_EQ(spec.stages(0).attempts_max(), 5);
  EXPECT_TRUE(spec.stages(0).retry_application());
  EXPECT_TRUE(Spec(Stage("    noop: {}\n    retry: {on: application}\n")).stages(0).retry_application());
  EXPECT_THAT(Mistakes(Stage("    noop: {}\n    retry: {on: [crash]}\n")),
              HasSubstr("wants [application], not the text 'crash'; what is not the task's fault is retried"));
  EXPECT_THAT(Mistakes("deadline: 60\n" + Stage("    noop: {}\n")),
              HasSubstr("'deadline' in the job wants a duration"));
}

TEST(JobFile, APriceAndABudgetAreRead) {
  const v1::JobSpec spec = Spec("price: {device_second: 0.0008, gib_moved: 2}\nbudget: 5\n" + Stage("    noop: {}\n"));
  EXPECT_EQ(spec.price().device_second(), 0.0008);
  EXPECT_EQ(spec.price().gib_moved(), 2);
  EXPECT_EQ(spec.budget(), 5);
  const v1::JobSpec free = Spec("price: {device_second: 0}\n" + Stage("    noop: {}\n"));
  EXPECT_TRUE(free.price().has_device_second());
  EXPECT_FALSE(free.price().has_gib_moved());
  EXPECT_FALSE(free.has_budget());
  EXPECT_FALSE(Spec(Stage("    noop: {}\n")).has_price());
}

TEST(JobFile, OnBadRowBelongsToTheOperation) {
  const v1::JobSpec spec = Spec(Stage("    command: {run: [cat]}\n    on_bad_row: skip\n"));
  EXPECT_EQ(spec.stages(0).operation().parameters().fields().at("on_bad_row").string_value(), "skip");
}

TEST(JobFile, TasksMayBeCalibrated) {
  EXPECT_TRUE(Spec(Stage("    noop: {}\n    tasks: {calibrated: {}}\n")).stages(0).tasks().calibrated());
  EXPECT_TRUE(Spec(Stage("    noop: {}\n    tasks: calibrated\n")).stages(0).tasks().calibrated());
  EXPECT_THAT(Mistakes(Stage("    noop: {}\n    tasks: {calibrated: {rows: 3}}\n")), HasSubstr("unknown field 'rows'"));
  EXPECT_THAT(Mistakes(Stage("    noop: {}\n    tasks: {calibrated: {}, rows: 3}\n")), HasSubstr("not several"));
}

TEST(JobFile, QuotedNumbersStayText) {
  const v1::JobSpec spec = Spec(Stage("    prepare: {label: \"1\", drop: ['true', 0x10, -3, 1e-3]}\n"));
  const auto& fields = spec.stages(0).operation().parameters().fields();
  EXPECT_EQ(fields.at("label").string_value(), "1");
  EXPECT_EQ(fields.at("drop").list_value().values(0).string_value(), "true");
  EXPECT_EQ(fields.at("drop").list_value().values(1).number_value(), 16);
  EXPECT_EQ(fields.at("drop").list_value().values(2).number_value(), -3);
  EXPECT_EQ(fields.at("drop").list_value().values(3).number_value(), 1e-3);
}

TEST(JobFile, AnchorsAreWrittenOut) {
  const v1::JobSpec spec = Spec("name: x\nstages:\n  - {name: a, echo: &e {bytes: 8}}\n  - {name: b, echo: *e}\n");
  EXPECT_EQ(spec.stages(1).operation().parameters().fields().at("bytes").number_value(), 8);
}

TEST(Parameters, SetOverridesAndIsReadAsYaml) {
  const std::string text =
      "name: x\nparams: {n: 1, list: []}\nstages:\n  - {name: a, echo: {bytes: $n, more: $list, price: $$5}}\n";
  const v1::JobSpec spec = Spec(text, {"n=32", "list=[1, two]"});
  const auto& fields = spec.stages(0).operation().parameters().fields();
  EXPECT_EQ(fields.at("bytes").number_value(), 32);
  EXPECT_EQ(fields.at("more").list_value().values(1).string_value(), "two");
  EXPECT_EQ(fields.at("price").string_value(), "$5");
}

TEST(Parameters, UnknownNamesAreMistakesWithTheNearest) {
  const std::string text = "name: x\nparams: {rate: 1}\nstages:\n  - {name: a, echo: {bytes: $rat}}\n";
  EXPECT_EQ(Mistakes(text),
            "job.yaml:4:29: there is no parameter 'rat'; did you mean 'rate'?; params: declares rate "
            "(write $$ for a plain $)");
  EXPECT_THAT(Mistakes("name: x\nparams: {rate: 1}\nstages: [{name: a, noop: {}}]\n", {"rote=2"}),
              AllOf(HasSubstr("--set rote=2: there is no parameter 'rote'"), HasSubstr("did you mean 'rate'?")));
  EXPECT_THAT(Mistakes("name: x\nstages: [{name: a, noop: {}}]\n", {"rate"}), HasSubstr("not of the form name=value"));
}

TEST(JobFile, VerifyTakesASampleOrReplicasAndNotBoth) {
  EXPECT_EQ(Spec(Stage("    noop: {}\n    verify: {sample: 0.01}\n")).stages(0).verify().sample(), 0.01);
  EXPECT_EQ(Spec(Stage("    noop: {}\n    verify: {replicas: 3}\n")).stages(0).verify().replicas(), 3);
  for (const char* wrong : {"{}", "{sample: 0.1, replicas: 2}", "{sample: 0}", "{sample: 1.5}", "{sample: abc}",
                            "{replicas: 1}", "{replicas: 17}", "{smaple: 0.1}"}) {
    EXPECT_THAT(Mistakes(Stage(std::string("    noop: {}\n    verify: ") + wrong + "\n")), HasSubstr("job.yaml:5:"))
        << wrong;
  }
}

TEST(JobFile, OverAndSelectMakeTheStageASweep) {
  const std::string text =
      "name: x\ninputs: {rows: {csv: {path: german_credit.csv}}}\nstages:\n"
      "  - {name: clean, input: rows, prepare: {label: a, split: {train: 0.8, dev: 0.2}}}\n"
      "  - name: fit\n    input: clean.train\n"
      "    train: {optimizer: {adamw: {lr: 0.1}}, validate: clean.dev}\n"
      "    over: {grid: {lr: [0.1, 0.01]}}\n    select: {by: dev.f1_macro}\n";
  const v1::JobSpec spec = Spec(text);
  const v1::Operation& sweep = spec.stages(1).operation();
  EXPECT_EQ(sweep.name(), "sweep");
  const auto& fields = sweep.parameters().fields();
  EXPECT_EQ(fields.at("of").string_value(), "train");
  EXPECT_EQ(fields.at("measure").string_value(), "clean.dev");
  EXPECT_EQ(fields.at("validate").string_value(), "clean.dev");
  EXPECT_EQ(fields.at("select").struct_value().fields().at("by").string_value(), "f1_macro");
  EXPECT_FALSE(fields.at("with").struct_value().fields().contains("validate"));
  EXPECT_THAT(Mistakes(Stage("    noop: {}\n    over: {grid: {lr: [1]}}\n")),
              AllOf(HasSubstr("job.yaml:5:"), HasSubstr("needs both")));
}

TEST(JobFile, StagesSayWhatTheirSlotsMustHave) {
  const v1::JobSpec spec =
      Spec(Stage("    noop: {}\n    numerics: mixed\n"
                 "    resources: {device: cuda, memory: 8GiB, labels: {site: berlin, rack: 7}}\n"));
  EXPECT_EQ(spec.stages(0).resources().device(), "cuda");
  EXPECT_EQ(spec.stages(0).resources().memory_bytes(), int64_t{8} << 30);
  EXPECT_EQ(spec.stages(0).resources().labels().at("site"), "berlin");
  EXPECT_EQ(spec.stages(0).resources().labels().at("rack"), "7");
  EXPECT_TRUE(spec.stages(0).mixed_numerics());
  const auto told = [](const std::string& field) { return Mistakes(Stage("    noop: {}\n    " + field + "\n")); };
  EXPECT_THAT(told("resources: {devise: cuda}"), HasSubstr("device"));
  EXPECT_THAT(told("resources: {memory: much}"), HasSubstr("wants a size such as 8GiB"));
  EXPECT_THAT(told("resources: {labels: berlin}"), HasSubstr("wants a map such as {site: berlin}"));
  EXPECT_THAT(told("resources: {labels: {site: [a]}}"), HasSubstr("label 'site'"));
  EXPECT_THAT(told("numerics: exact"), HasSubstr("wants mixed"));
}

TEST(JobFile, AFileThatCannotBeReadIsNamed) {
  const absl::StatusOr<JobFile> job = LoadJobFile("nowhere/job.yaml", {});
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("nowhere/job.yaml: cannot be read"));
  EXPECT_THAT(std::string(LoadJobFile(kTestData, {}).status().message()), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace mote::client
