// Its passes; what they measure is tested with kernels in tests/trees/importance_test.cc.
#include "coordinator/plan/importance_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/plan/registry.h"
#include "tests/coordinator/plan/planning.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

PlannedStage ImportanceStage(int64_t features, int64_t repeats) {
  PlannedStage stage{*BuiltinPlanners().Find("importance"),
                     {{"model", "fit.model"}, {"repeats", repeats}, {"by", "accuracy"}}};
  Output input = TableOf(100, 8000);
  input.schema = Schema{{{"x", DType::kF32, features}, {"label", DType::kI64, 1}}}.Encode();
  Output model;
  model.kind = OutputKind::kBlob;
  model.schema = "trees";
  model.content.artifact = ArtifactRef{Sha256("model"), 5, false};
  stage.inputs = {{"input", input}, {"model", model}};
  return stage;
}

CompletedPass ReportOf(double accuracy, int64_t absent = 0) {
  CompletedPass pass = Completed({});
  pass.output.content.bytes = Json{{"accuracy", accuracy}}.dump();
  pass.absent_count = absent;
  return pass;
}

TEST(ImportancePlanner, EachFeatureAndRepetitionIsAPassWithAnOrderOfItsOwn) {
  PlannedStage stage = ImportanceStage(7, 3);
  std::set<std::string> labels;
  std::set<uint64_t> seeds;
  std::vector<CompletedPass> completed;
  absl::StatusOr<PlanStep> step = stage.Next();
  for (; step.ok() && !step->passes.empty(); step = stage.Next(completed)) {
    completed.clear();
    for (const PassSpec& pass : step->passes) {
      labels.insert(pass.label);
      const Json parameters = Json::parse(pass.parameters);
      if (parameters.contains("shuffle")) seeds.insert(parameters["shuffle"]["seed"].get<uint64_t>());
      completed.push_back(ReportOf(0.5));
    }
  }
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(labels.size(), 1U + 7 * 3);
  EXPECT_EQ(seeds.size(), 7U * 3);
  EXPECT_TRUE(labels.contains("without x[6], 3"));
  EXPECT_TRUE(step->outputs.contains("result"));
}

TEST(ImportancePlanner, MeasuresOfOtherRowsAreNotCompared) {
  PlannedStage stage = ImportanceStage(1, 1);
  ASSERT_TRUE(stage.Next().ok());
  EXPECT_THAT(Message(stage.Next({ReportOf(0.9), ReportOf(0.5, 2)}).status()),
              HasSubstr("2 tasks of a measurement are quarantined"));
}

TEST(ImportancePlanner, MorePassesThanCanBePlannedAreRefused) {
  PlannedStage stage = ImportanceStage(101, 100);
  EXPECT_THAT(Message(stage.Next().status()), HasSubstr("repeats: 101 features shuffled 100 times"));
}

}  // namespace
}  // namespace mote::coordinator
