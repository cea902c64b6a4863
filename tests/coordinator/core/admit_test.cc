#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Mistakes(const mc::JobSpec& spec) {
  const auto admitted = mc::Admit(spec, mc::BuiltinPlanners());
  return admitted.ok() ? "" : std::string(admitted.status().message());
}

TEST(Admit, DefaultsAreFilledIn) {
  const auto admitted = mc::Admit(OneStage("echo", 3), mc::BuiltinPlanners());
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  EXPECT_EQ(admitted->spec.stages[0].parameters, R"({"bytes":16})");
  EXPECT_EQ(admitted->spec.tenant, "default");
}

TEST(Admit, AdmittingTwiceChangesNothing) {
  const auto once = mc::Admit(OneStage("echo", 3), mc::BuiltinPlanners());
  ASSERT_TRUE(once.ok());
  const auto twice = mc::Admit(once->spec, mc::BuiltinPlanners());
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(once->spec, twice->spec);
}

TEST(Admit, UnknownOperationNamesTheNearest) {
  EXPECT_THAT(Mistakes(OneStage("ehco", 3)), HasSubstr("did you mean \"echo\"?"));
}

TEST(Admit, UnknownParameterNamesPathAndNearest) {
  const std::string mistakes = Mistakes(OneStage("echo", 3, R"({"byts": 3})"));
  EXPECT_THAT(mistakes, HasSubstr("stages[0].echo.byts"));
  EXPECT_THAT(mistakes, HasSubstr("did you mean \"bytes\"?"));
}

TEST(Admit, AllMistakesAreReportedAtOnce) {
  mc::JobSpec spec = OneStage("echo", 3, R"({"bytes": "many"})");
  spec.priority = 1000;
  const std::string mistakes = Mistakes(spec);
  EXPECT_THAT(mistakes, HasSubstr("priority: 1000"));
  EXPECT_THAT(mistakes, HasSubstr("stages[0].echo.bytes"));
}

TEST(Admit, MoneyStaysWithinBoundsAndABudgetNeedsAPrice) {
  mc::JobSpec spec = OneStage("echo", 3);
  spec.price = Price{0, 0.02};
  spec.budget = 5;
  EXPECT_EQ(Mistakes(spec), "");
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double amount : {-0.5, 2e9, kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()}) {
    spec.price = Price{amount, amount};
    spec.budget = amount;
    EXPECT_THAT(Mistakes(spec),
                AllOf(HasSubstr(absl::StrCat("price.device_second: ", amount, " is no price; use a number from 0")),
                      HasSubstr(absl::StrCat("price.gib_moved: ", amount, " is no price; use a number from 0")),
                      HasSubstr(absl::StrCat("budget: ", amount, " is no budget; use a number above 0"))));
  }
  spec.price.reset();
  spec.budget = 5;
  EXPECT_THAT(Mistakes(spec), HasSubstr("budget: 5 without a price has no effect; add price: {device_second:"));
  spec.price = Price{1, 0};
  spec.budget = 0;
  EXPECT_THAT(Mistakes(spec), HasSubstr("budget: 0 is no budget"));
}

TEST(Admit, OutputOfAStageThatDoesNotExist) {
  mc::JobSpec spec = OneStage("echo", 3);
  spec.outputs[0].from = "wrok";
  EXPECT_THAT(Mistakes(spec),
              HasSubstr("outputs[0].from: no stage or input is called \"wrok\"; did you mean \"work\"?"));
  spec.outputs[0].from = "work.reslt";
  EXPECT_THAT(Mistakes(spec), HasSubstr("did you mean \"result\"?"));
}

TEST(Admit, AKindOfModelThatTrainBuildsIsNoReferenceToAStage) {
  mc::JobSpec spec = OneStage("echo", 3);
  mc::StageSpec fit;
  fit.name = "fit";
  fit.operation = "train";
  fit.parameters = R"({"model": "linear"})";
  fit.input = "work";
  spec.stages.push_back(fit);
  EXPECT_EQ(Mistakes(spec), "");
}

TEST(Admit, AReportOrATableInTheWrongPlaceIsFoundBeforeAnythingRuns) {
  mc::JobSpec spec = OneStage("echo", 3);
  spec.stages[0].reduce.name = "classification_report";
  mc::StageSpec later;
  later.name = "later";
  later.operation = "prepare";
  later.parameters = R"({"label": "y"})";
  later.input = "work";
  spec.stages.push_back(later);
  EXPECT_THAT(Mistakes(spec),
              HasSubstr("stages[1].input: \"work\" is a report, and operation prepare needs a table here"));
  spec.stages[0].reduce.name = "";
  EXPECT_EQ(Mistakes(spec), "");
  spec.stages[1].operation = "infer";
  spec.stages[1].parameters = R"({"model": "work"})";
  EXPECT_THAT(Mistakes(spec),
              HasSubstr("stages[1].infer.model: \"work\" is a table, and operation infer needs a model"));
}

TEST(Admit, CyclicStagesAreNamedInOrder) {
  mc::JobSpec spec = OneStage("echo", 3);
  mc::StageSpec other = spec.stages[0];
  other.name = "other";
  other.after = {"work"};
  spec.stages[0].after = {"other"};
  spec.stages.push_back(other);
  EXPECT_THAT(Mistakes(spec), HasSubstr("cyclic: work needs other needs work"));
}

TEST(Admit, NamesAreUnique) {
  mc::JobSpec spec = OneStage("echo", 3);
  spec.stages.push_back(spec.stages[0]);
  EXPECT_THAT(Mistakes(spec), HasSubstr("used twice"));
}

TEST(Admit, ShapeHasOneOfRowsBytesAndCount) {
  mc::JobSpec spec = OneStage("echo", 3);
  spec.stages[0].tasks.rows = 4;
  EXPECT_THAT(Mistakes(spec), HasSubstr("only one of rows, bytes, count and calibrated"));
}

TEST(Admit, OnlyOperationsThatCutRowsCanBeCalibrated) {
  mc::JobSpec spec = OneStage("noop", 0);
  spec.stages[0].tasks.calibrated = true;
  EXPECT_THAT(Mistakes(spec), HasSubstr("stages[0].tasks.calibrated: the tasks of noop cannot be calibrated, those of "
                                        "command and infer can"));
}

TEST(Admit, TooManyTasksAreRefused) { EXPECT_THAT(Mistakes(OneStage("noop", INT64_MAX)), HasSubstr("at most 2^62")); }

TEST(Admit, UnknownReducerNamesTheNearest) {
  mc::JobSpec spec = OneStage("echo", 3);
  spec.stages[0].reduce = {"cuont", "{}"};
  EXPECT_THAT(Mistakes(spec), HasSubstr("did you mean \"count\"?"));
}

}  // namespace
}  // namespace mote::testing
