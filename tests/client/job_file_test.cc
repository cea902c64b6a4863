// Job files: what they become, and every mistake with its place.
#include "client/jobfile/job_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/text/proto_json.h"

namespace mote::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTestData[] = "tests/client/testdata";

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

absl::StatusOr<JobFile> Parse(const std::string& text, const std::vector<std::string>& sets = {}) {
  return ParseJobFile(text, std::string(kTestData) + "/job.yaml", sets);
}

// The mistakes of a job file, without the folder.
std::string Mistakes(const std::string& text, const std::vector<std::string>& sets = {}) {
  const absl::StatusOr<JobFile> job = Parse(text, sets);
  if (job.ok()) return "no mistakes";
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  std::string message(job.status().message());
  const std::string folder = std::string(kTestData) + "/";
  for (size_t at = message.find(folder); at != std::string::npos; at = message.find(folder)) {
    message.erase(at, folder.size());
  }
  return message;
}

// A job with one stage, whose fields stand from line 4 on in column 5.
std::string Stage(const std::string& fields) { return "name: x\nstages:\n  - name: work\n" + fields; }

v1::JobSpec Spec(const std::string& text, const std::vector<std::string>& sets = {}) {
  const absl::StatusOr<JobFile> job = Parse(text, sets);
  EXPECT_TRUE(job.ok()) << job.status();
  return job.ok() ? job->spec : v1::JobSpec();
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

TEST(Mistakes, MoneyIsAFiniteNumberWithinBounds) {
  const auto mistakes = [](const std::string& money) { return Mistakes(money + "\n" + Stage("    noop: {}\n")); };
  EXPECT_EQ(
      mistakes("price: {device_second: -1}"),
      "job.yaml:1:24: 'device_second' in price wants a number from 0 to 1e+09, such as 0.0008, not the integer -1");
  for (const char* wrong : {".nan", ".inf", "nan", "1e10", "cheap", "[1]", ""}) {
    EXPECT_THAT(mistakes(std::string("price: {gib_moved: ") + wrong + "}"), HasSubstr("'gib_moved' in price wants"))
        << wrong;
  }
  for (const char* wrong : {"0", "-5", ".inf", "1e10", "5 EUR", "{}", ""}) {
    EXPECT_THAT(mistakes(std::string("price: {gib_moved: 1}\nbudget: ") + wrong),
                HasSubstr("'budget' in the job wants a number above 0 and up to 1e+09, such as 5.00, not"))
        << wrong;
  }
  EXPECT_EQ(mistakes("budget: 5"),
            "job.yaml:1:1: 'budget' in the job has no effect without a price; add price: {device_second: AMOUNT}");
  EXPECT_EQ(mistakes("price: {}"),
            "job.yaml:1:1: price names no unit; write {device_second: AMOUNT}, {gib_moved: AMOUNT} or both");
  EXPECT_EQ(mistakes("price: {device_seconds: 1}"),
            "job.yaml:1:9: unknown field 'device_seconds' in price; did you mean 'device_second'?");
  EXPECT_THAT(mistakes("price: {gib_moved: 1}\nbugdet: 5"),
              HasSubstr("unknown field 'bugdet' in the job; did you mean 'budget'?"));
}

TEST(JobFile, OnBadRowBelongsToTheOperation) {
  const v1::JobSpec spec = Spec(Stage("    command: {run: [cat]}\n    on_bad_row: skip\n"));
  EXPECT_EQ(spec.stages(0).operation().parameters().fields().at("on_bad_row").string_value(), "skip");
}

TEST(Mistakes, MoreTasksThanAnyPassHasAreRefusedWithTheirLine) {
  for (const char* count : {"9223372036854775808", "4611686018427387905", "-1", "0"}) {
    EXPECT_THAT(Mistakes(Stage(absl::StrCat("    noop: {}\n    tasks: {count: ", count, "}\n"))),
                AllOf(HasSubstr("job.yaml:5:"), HasSubstr("wants an integer above zero and up to 2^62")));
  }
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

TEST(Mistakes, UnknownFieldsNameTheNearest) {
  EXPECT_EQ(Mistakes(Stage("    noop: {}\n    taks: {count: 3}\n")),
            "job.yaml:5:5: unknown field 'taks' in stage 'work'; did you mean 'tasks'?");
  EXPECT_EQ(Mistakes(Stage("    noop: {}\n    tasks: {cuont: 3}\n")),
            "job.yaml:5:13: unknown field 'cuont' in tasks of stage 'work'; did you mean 'count'?");
  EXPECT_EQ(Mistakes("nmae: x\nstages: [{name: a, noop: {}}]\n"),
            "job.yaml:1:1: field 'name' is missing in the job; give the job one, such as `name: credit-risk`\n"
            "job.yaml:1:1: unknown field 'nmae' in the job; did you mean 'name'?");
}

TEST(Mistakes, AreToldAllAtOnceInTheOrderOfTheFile) {
  const std::string told = Mistakes(
      "name: X y\n"
      "inputs:\n"
      "  rows: {csv: {path: nowhere.csv}}\n"
      "  more: {files: {path: german_credit.csv}}\n"
      "stages:\n"
      "  - name: a\n"
      "    input: rwos\n"
      "    noop: {}\n"
      "    timeout: 60\n"
      "outputs:\n"
      "  out: {from: b, format: xml}\n");
  EXPECT_EQ(
      told,
      "job.yaml:1:7: 'X y' cannot name a job; use 1 to 100 lower-case letters, digits and dashes\n"
      "job.yaml:3:22: there is no file 'nowhere.csv'; paths are relative to the job file's folder\n"
      "job.yaml:4:10: the format 'files' of input 'more' is not supported yet; this version reads csv, arff, jsonl, "
      "text, npy, idx or safetensors\n"
      "job.yaml:7:12: input of stage 'a': there is no stage or input 'rwos'; did you mean 'rows'?; the job has a, "
      "more, rows\n"
      "job.yaml:9:14: 'timeout' in stage 'a' wants a duration above zero with its unit, such as 90s or 5m, not the "
      "integer 60\n"
      "job.yaml:11:15: output 'out': there is no stage or input 'b'; the job has a, more, rows\n"
      "job.yaml:11:26: unknown format 'xml' of output 'out'; tables are written as csv or jsonl");
}

TEST(Inputs, FilesArePathsPatternsAndLists) {
  const std::string stage = "stages:\n  - {name: a, input: rows, noop: {}}\n";
  const auto files = [&](const std::string& input) {
    const absl::StatusOr<JobFile> job =
        ParseJobFile("name: x\ninputs: {rows: " + input + "}\n" + stage, "tests/client/testdata/job.yaml", {});
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? job->input_files.at(0) : InputFiles{};
  };
  const std::string german = "tests/client/testdata/german_credit.csv";
  EXPECT_THAT(files("{csv: {path: german_credit.csv}}").paths, ElementsAre(german));
  EXPECT_THAT(files("{csv: {path: '*.csv'}}").paths, ElementsAre(german));
  EXPECT_THAT(files("{csv: {paths: [german_credit.csv, 'g*.csv']}}").paths, ElementsAre(german, german));
  EXPECT_EQ(files("{csv: {path: german_credit.csv}}").delimiter, ',');
  EXPECT_EQ(files("{csv: {path: german_credit.csv, delimiter: ;}}").delimiter, ';');
  EXPECT_EQ(files("{text: {path: german_credit.csv}}").delimiter, '\0');
  EXPECT_THAT(files("{csv: {shared: /data/a.csv}}").paths, ElementsAre());
}

TEST(Inputs, FilesThatCannotBeOneInputAreRefused) {
  const auto told = [](const std::string& input) {
    return Mistakes("name: x\ninputs: {rows: " + input + "}\nstages:\n  - {name: a, input: rows, noop: {}}\n");
  };
  EXPECT_THAT(told("{csv: {path: '*.parquet'}}"), HasSubstr("no file fits '*.parquet'"));
  EXPECT_THAT(told("{csv: {paths: []}}"), HasSubstr("paths wants a list of files"));
  EXPECT_THAT(told("{csv: {paths: [nowhere.csv]}}"), HasSubstr("there is no file"));
  EXPECT_THAT(told("{csv: {path: a.csv, paths: [b.csv]}}"), HasSubstr("both path and paths"));
  EXPECT_THAT(told("{csv: {shared: /data/a.csv.gz}}"), HasSubstr("is packed"));
  EXPECT_THAT(told("{npy: {paths: [german_credit.csv, german_credit.csv]}}"),
              HasSubstr("2 files: an input of format npy is one file"));
  EXPECT_THAT(told("{idx: {path: 'credit_risk*'}}"), HasSubstr("2 files: an input of format idx is one file"));
  EXPECT_THAT(told("{arff: {shared: /data/a.arff.zst}}"), HasSubstr("is packed"));
}

TEST(Inputs, OfEachFormatBecomeAMessageOfIt) {
  const auto input = [](const std::string& format, const std::string& more = "") {
    const absl::StatusOr<JobFile> job =
        ParseJobFile(absl::StrCat("name: x\ninputs: {rows: {", format, ": {path: german_credit.csv", more,
                                  "}}}\nstages:\n  - {name: a, input: rows, noop: {}}\n"),
                     "tests/client/testdata/job.yaml", {});
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? job->spec.inputs(0) : v1::Input();
  };
  EXPECT_EQ(input("csv").format_case(), v1::Input::kCsv);
  EXPECT_EQ(input("arff").format_case(), v1::Input::kArff);
  EXPECT_EQ(input("jsonl").format_case(), v1::Input::kJsonl);
  EXPECT_EQ(input("text").format_case(), v1::Input::kText);
  EXPECT_EQ(input("npy").format_case(), v1::Input::kNpy);
  EXPECT_EQ(input("idx").format_case(), v1::Input::kIdx);
  EXPECT_THAT(input("safetensors").safetensors().tensors(), ElementsAre());
  EXPECT_THAT(input("safetensors", ", tensors: [b, a]").safetensors().tensors(), ElementsAre("b", "a"));
}

TEST(Inputs, TensorsAreAListOfDifferentNames) {
  const auto told = [](const std::string& source) {
    return Mistakes("name: x\ninputs: {rows: {safetensors: {" + source +
                    "}}}\nstages:\n  - {name: a, input: rows, noop: {}}\n");
  };
  EXPECT_THAT(told("path: german_credit.csv, tensors: a"), HasSubstr("tensors wants a list of the file's tensors"));
  EXPECT_THAT(told("path: german_credit.csv, tensors: []"), HasSubstr("tensors wants a list of the file's tensors"));
  EXPECT_THAT(told("path: german_credit.csv, tensors: [a, b, a]"), HasSubstr("tensor 'a' stands here twice"));
  EXPECT_THAT(told("path: german_credit.csv, tensors: [a, 5]"), HasSubstr("quote it"));
  EXPECT_THAT(Mistakes("name: x\ninputs: {rows: {npy: {path: german_credit.csv, tensors: [a]}}}\nstages:\n"
                       "  - {name: a, input: rows, noop: {}}\n"),
              HasSubstr("unknown field 'tensors'"));
}

TEST(Mistakes, WrongTypesNameWhatIsWantedAndWhatIsThere) {
  EXPECT_EQ(Mistakes(Stage("    noop: {}\n    tasks: {count: many}\n")),
            "job.yaml:5:20: 'count' in tasks of stage 'work' wants an integer above zero and up to 2^62, not the text "
            "'many'");
  EXPECT_THAT(Mistakes(Stage("    noop: {}\n    tasks: {count: 0}\n")), HasSubstr("5:20"));
  EXPECT_THAT(Mistakes(Stage("    noop: {}\n    tasks: {rows: 1, count: 2}\n")),
              HasSubstr("one of rows, bytes, count and calibrated"));
  EXPECT_THAT(Mistakes(Stage("    noop: 5\n")),
              HasSubstr("job.yaml:4:11: operation 'noop' in stage 'work' wants a map"));
  EXPECT_THAT(Mistakes("name: x\nstages: {a: {noop: {}}}\n"), HasSubstr("job.yaml:2:9: stages wants a list"));
  EXPECT_THAT(Mistakes("name: 5\nstages: [{name: a, noop: {}}]\n"), HasSubstr("quote it: \"5\""));
  EXPECT_THAT(Mistakes("name: x\npriority: 200\nstages: [{name: a, noop: {}}]\n"), HasSubstr("from -100 to 100"));
  EXPECT_THAT(Mistakes("- 1\n"), HasSubstr("the job wants a map of fields"));
  EXPECT_THAT(Mistakes(""), HasSubstr("field 'name' is missing"));
}

TEST(Mistakes, YamlErrorsHaveTheirPlace) {
  EXPECT_THAT(Mistakes("name: x\nstages: [\n"), HasSubstr("job.yaml:3:"));
  EXPECT_EQ(Mistakes("name: x\nname: y\nstages: [{name: a, noop: {}}]\n"),
            "job.yaml:2:1: 'name' stands here twice; the first is in line 1; remove one");
  EXPECT_THAT(Mistakes("name: x\n---\nname: y\n"), HasSubstr("a second document"));
  EXPECT_THAT(Mistakes("name: x\n---\n? [1]\n: y\n"), HasSubstr("a second document")) << "which is wrong besides";
  EXPECT_EQ(Mistakes(std::string("name: x\nab\0c\n", 13)), "job.yaml:2:3: a NUL byte; job files are text (UTF-8)");
  EXPECT_THAT(Mistakes("name: !!python/object x\n"), HasSubstr("job.yaml:1:7"));
}

TEST(Mistakes, AliasesCannotBlowUp) {
  std::string text = "name: x\nparams:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += (k > 0 ? ", " : "") + before;
    text += "]\n";
  }
  EXPECT_THAT(Mistakes(text), HasSubstr("aliases counted"));
}

TEST(Mistakes, CyclesAreNamedWithTheirStages) {
  EXPECT_EQ(Mistakes("name: x\nstages:\n  - {name: a, noop: {}, after: [b]}\n  - {name: b, noop: {}, after: [a]}\n"),
            "job.yaml:4:33: cyclic stages: a waits for b waits for a; break the circle");
  EXPECT_THAT(Mistakes(Stage("    noop: {}\n    after: [work]\n")), HasSubstr("cyclic stages: work waits for work"));
}

TEST(Mistakes, NamesThatStandForTwoThings) {
  EXPECT_THAT(Mistakes("name: x\nstages:\n  - {name: a, noop: {}}\n  - {name: a, noop: {}}\n"),
              HasSubstr("job.yaml:4:12: 'a' names two stages"));
  EXPECT_THAT(Mistakes("name: x\ninputs: {a: {csv: {path: german_credit.csv}}}\nstages:\n  - {name: a, noop: {}}\n"),
              HasSubstr("names an input and a stage"));
  EXPECT_THAT(Mistakes("name: x\nstages:\n  - {name: a.b, noop: {}}\n"), HasSubstr("cannot name a stage"));
}

TEST(Mistakes, StagesHaveExactlyOneOperation) {
  EXPECT_THAT(Mistakes(Stage("    tasks: {count: 1}\n")), HasSubstr("stage 'work' has no operation"));
  EXPECT_THAT(Mistakes(Stage("    noop: {}\n    sleep: {duration: 1s}\n")),
              HasSubstr("job.yaml:5:5: stage 'work' has two operations, 'noop' and 'sleep'"));
  EXPECT_EQ(Spec(Stage("    my_own_operation: {x: 1}\n")).stages(0).operation().name(), "my_own_operation");
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

class NotBuiltYet : public ::testing::TestWithParam<const char*> {};

TEST_P(NotBuiltYet, AnswersSoWithItsLine) {
  const std::string told = Mistakes(Stage(std::string("    noop: {}\n    ") + GetParam() + "\n"));
  EXPECT_THAT(told, AllOf(HasSubstr("job.yaml:5:"), HasSubstr("not supported yet")));
  EXPECT_THAT(told, Not(HasSubstr("unknown")));
}

INSTANTIATE_TEST_SUITE_P(JobFile, NotBuiltYet, ::testing::Values("tasks: {weight: w}"));

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

TEST(NotBuiltYetSources, AnswerSoToo) {
  const auto with_input = [](const std::string& input) {
    return Mistakes("name: x\ninputs:\n  rows: " + input + "\nstages: [{name: a, noop: {}}]\n");
  };
  for (const char* input : {"{csv: {s3: b/x.csv}}", "{files: {path: x}}"}) {
    EXPECT_THAT(with_input(input), AllOf(HasSubstr("job.yaml:3:"), HasSubstr("not supported yet"))) << input;
  }
  EXPECT_THAT(Mistakes(Stage("    noop: {}\noutputs: {a: {from: work, to: 's3:b/x'}}\n")),
              HasSubstr("job.yaml:5:31: 'to' of output 'a': shared: and s3: are not supported yet"));
}

TEST(JobFile, SharedInputsStayWhereTheyAre) {
  const v1::JobSpec spec = Spec(
      "name: x\ninputs:\n  rows: {csv: {shared: /data/x.csv, delimiter: ;}}\n"
      "stages: [{name: a, noop: {}}]\n");
  EXPECT_EQ(spec.inputs(0).shared(), "/data/x.csv");
  EXPECT_EQ(spec.inputs(0).csv().delimiter(), ";");
  EXPECT_EQ(spec.inputs(0).path(), "");
  const auto mistakes = [](const std::string& source) {
    return Mistakes("name: x\ninputs:\n  rows: {csv: {" + source + "}}\nstages: [{name: a, noop: {}}]\n");
  };
  EXPECT_THAT(mistakes("shared: data/x.csv"), HasSubstr("'data/x.csv' is not absolute"));
  EXPECT_THAT(mistakes("shared: /x.csv, path: x.csv"), HasSubstr("both path and shared"));
}

TEST(JobFile, PinnedInputsNameAPathForEachWorker) {
  const auto job = [](const std::string& input) {
    return "name: x\ninputs:\n  rows: " + input + "\nstages: [{name: a, noop: {}}]\n";
  };
  const v1::JobSpec spec =
      Spec(job("{csv: {shared: {berlin: /b.csv, paris: /p.csv}, delimiter: ;}, placement: {pinned: {wait: 90s}}}"));
  EXPECT_EQ(spec.inputs(0).sites().at("berlin"), "/b.csv");
  EXPECT_EQ(spec.inputs(0).sites().at("paris"), "/p.csv");
  EXPECT_EQ(spec.inputs(0).site_wait().seconds(), 90);
  EXPECT_EQ(spec.inputs(0).csv().delimiter(), ";");
  EXPECT_EQ(spec.inputs(0).shared(), "");
  EXPECT_FALSE(Spec(job("{csv: {shared: {berlin: /b.csv}}, placement: pinned}")).inputs(0).has_site_wait());
  const auto told = [&](const std::string& input) { return Mistakes(job(input)); };
  EXPECT_THAT(told("{csv: {shared: {berlin: b.csv}}, placement: pinned}"), HasSubstr("'b.csv' is not absolute"));
  EXPECT_THAT(told("{csv: {shared: {}}, placement: pinned}"), HasSubstr("shared names no worker"));
  EXPECT_THAT(told("{csv: {shared: {berlin: /b.csv}}}"), HasSubstr("write placement: pinned beside the format"));
  EXPECT_THAT(told("{csv: {shared: /b.csv}, placement: pinned}"), HasSubstr("has a placement, but names no workers"));
  EXPECT_THAT(told("{csv: {shared: {berlin: /b.csv}}, placement: spread}"), HasSubstr("wants pinned, or {pinned: "));
  EXPECT_THAT(told("{csv: {shared: {berlin: /b.csv}}, placement: {pinned: {wait: never}}}"), HasSubstr("wait"));
  EXPECT_THAT(told("{csv: {shared: {berlin: /b.csv}}, placement: {pinned: {delay: 1s}}}"), HasSubstr("delay"));
}

TEST(Mistakes, IntegersThatADoubleCannotHold) {
  EXPECT_THAT(Mistakes(Stage("    echo: {bytes: 9007199254740993}\n")),
              HasSubstr("job.yaml:4:19: 9007199254740993 is too large"));
  EXPECT_EQ(Mistakes(Stage("    echo: {bytes: 9007199254740992}\n")), "no mistakes");
}

TEST(JobFile, AFileThatCannotBeReadIsNamed) {
  const absl::StatusOr<JobFile> job = LoadJobFile("nowhere/job.yaml", {});
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("nowhere/job.yaml: cannot be read"));
  EXPECT_THAT(std::string(LoadJobFile(kTestData, {}).status().message()), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace mote::client
