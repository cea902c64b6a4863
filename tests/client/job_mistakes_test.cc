// Job files: every mistake with its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/client/job_text.h"

namespace mote::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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

TEST(Mistakes, MoreTasksThanAnyPassHasAreRefusedWithTheirLine) {
  for (const char* count : {"9223372036854775808", "4611686018427387905", "-1", "0"}) {
    EXPECT_THAT(Mistakes(Stage(absl::StrCat("    noop: {}\n    tasks: {count: ", count, "}\n"))),
                AllOf(HasSubstr("job.yaml:5:"), HasSubstr("wants an integer above zero and up to 2^62")));
  }
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

class NotBuiltYet : public ::testing::TestWithParam<const char*> {};

TEST_P(NotBuiltYet, AnswersSoWithItsLine) {
  const std::string told = Mistakes(Stage(std::string("    noop: {}\n    ") + GetParam() + "\n"));
  EXPECT_THAT(told, AllOf(HasSubstr("job.yaml:5:"), HasSubstr("not supported yet")));
  EXPECT_THAT(told, Not(HasSubstr("unknown")));
}

INSTANTIATE_TEST_SUITE_P(JobFile, NotBuiltYet, ::testing::Values("tasks: {weight: w}"));

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

TEST(Mistakes, IntegersThatADoubleCannotHold) {
  EXPECT_THAT(Mistakes(Stage("    echo: {bytes: 9007199254740993}\n")),
              HasSubstr("job.yaml:4:19: 9007199254740993 is too large"));
  EXPECT_EQ(Mistakes(Stage("    echo: {bytes: 9007199254740992}\n")), "no mistakes");
}

}  // namespace
}  // namespace mote::client
