// What engines answer reaches planners as it is: one that cannot be read ends its stage, and
// nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"
#include "coordinator/plan/plan_memo.h"
#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// One task, whose answer is read as {"loss": number}.
class TrustingPlanner final : public SourceOperation {
 public:
  TrustingPlanner() : SourceOperation("trusting") {}

  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    mc::PlanStep step;
    if (context.completed.empty()) {
      step.memo = "asked";
      step.passes.push_back(mc::OneTask("noop", Json::object()));
      return step;
    }
    const Json answer = Json::parse(context.completed[0].root.bytes);
    step.outputs.emplace("result", mc::DocumentOutput(Json{{"loss", answer.at("loss").get<double>()}}));
    return step;
  }
};

TEST(PlannerGuard, AnAnswerThatCannotBeReadEndsItsStageAlone) {
  const PlannersWith planners = With<TrustingPlanner>();
  const std::map<std::string, std::string> answers = {
      {"no JSON", "{"}, {"no field", "{}"}, {"no number", R"({"loss":null})"}, {"a list", "[]"}};
  for (const auto& [what, answer] : answers) {
    SCOPED_TRACE(what);
    CoreHarness c(planners);
    const std::string one("\1\0\0\0\0\0\0\0", 8);  // of a reducer that counts
    c.leaf = [&](const PassSpec& pass, int64_t) { return pass.reducer == "single" ? answer : one; };
    c.Connect("w1");
    const JobId other = *c.Submit(OneStage("noop", 10));
    const JobId job = *c.Submit(OneStage("trusting", 0));
    c.RunAll();
    const mc::JobView view = c.View(job);
    EXPECT_EQ(view.state, mc::JobState::kFailed);
    ASSERT_TRUE(view.failure.has_value());
    EXPECT_THAT(view.failure->failure.message,
                AllOf(HasSubstr("stage work"), HasSubstr("cannot be read"), HasSubstr("not finite")));
    EXPECT_EQ(c.View(other).state, mc::JobState::kSucceeded);
    c.Restart();
    EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
  }
}

TEST(PlannerGuard, AnAnswerThatCanBeReadIsTheResult) {
  const PlannersWith planners = With<TrustingPlanner>();
  CoreHarness c(planners);
  c.leaf = [](const PassSpec&, int64_t) { return std::string(R"({"loss":0.5})"); };
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("trusting", 0));
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

}  // namespace
}  // namespace mote::testing
