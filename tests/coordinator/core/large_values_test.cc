// Planners may answer with values of any size; messages and the journal stay small.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "common/json.h"
#include "common/reducers/row_rope.h"
#include "tests/common/fakes.h"
#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

constexpr size_t kLarge = size_t{kInlineBytesMax} + 1;

// One pass that reads a small and a large input, then a large document.
class LargePlanner : public SourceOperation {
 public:
  explicit LargePlanner(size_t memo_bytes = 4) : SourceOperation("large"), memo_bytes_(memo_bytes) {}
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    mc::PlanStep step;
    if (!context.memo.empty()) {
      step.outputs["result"] = {OutputKind::kDocument, {std::string(kLarge, 'd'), std::nullopt}, 0, kLarge};
      return step;
    }
    step.memo = std::string(memo_bytes_, 'm');
    PassSpec pass;
    pass.kernel = "noop";
    pass.parameters = "{}";
    pass.task_count = 1;
    pass.reducer = "count";
    pass.inputs["large"].bytes = std::string(kLarge, 'i');
    pass.inputs["small"].bytes = std::string(kLarge - 1, 's');
    step.passes = {pass};
    return step;
  }

 private:
  const size_t memo_bytes_;
};

TEST(LargeValue, InputOfAPassTravelsByReference) {
  const PlannersWith planners = With<LargePlanner>();
  CoreHarness c(planners);
  c.Connect("w1");
  ASSERT_TRUE(c.Submit(OneStage("large", 0)).ok());
  const mc::SendLease lease = c.TakeLease("w1");
  const Value& large = lease.pass->inputs.at("large");
  ASSERT_TRUE(large.artifact.has_value());
  EXPECT_EQ(large.bytes, "");
  EXPECT_EQ(c.blobs().at(large.artifact->digest), std::string(kLarge, 'i'));
  EXPECT_FALSE(lease.pass->inputs.at("small").artifact.has_value());
}

TEST(LargeValue, OutputIsAnArtifactAlsoAfterARestart) {
  const PlannersWith planners = With<LargePlanner>();
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("large", 0));
  c.RunAll();
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
    const Output& output = c.core().state().FindJob(job)->stages[0].outputs.at("result");
    ASSERT_TRUE(output.content.artifact.has_value());
    EXPECT_EQ(output.bytes, static_cast<int64_t>(kLarge));
    EXPECT_EQ(c.blobs().at(output.content.artifact->digest), std::string(kLarge, 'd'));
    c.Restart();
  }
}

// One pass whose root can only be finished in an engine.
class IndexPlanner final : public LargePlanner {
 public:
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    if (!context.completed.empty()) {
      mc::PlanStep done;
      done.outputs["result"] = context.completed[0].output;
      return done;
    }
    absl::StatusOr<mc::PlanStep> step = LargePlanner::Next(context);
    step->passes[0].reducer = "text_index";
    step->passes[0].reducer_parameters =
        Json{{"format", "text"}, {"name", "a.txt"}, {"artifact", ArtifactRef{Sha256("a"), 1, false}.ToString()}}.dump();
    return step;
  }
};

TEST(LargeValue, ColumnsOfATableFinishedInAnEngineAreKept) {
  const PlannersWith planners = With<IndexPlanner>();
  CoreHarness c(planners);
  const std::string schema = Schema{{{"line", DType::kText, 1}}}.Encode();
  c.leaf = [&](const PassSpec& spec, int64_t) -> std::string {
    if (spec.kernel == "finish") {
      return Json{{"kind", "table"}, {"rows", 3}, {"bytes", 9}, {"inline", ""}, {"schema", absl::Base64Escape(schema)}}
          .dump();
    }
    TableBuilder chunks(Schema{{{"chunk", DType::kText, 1}}});
    for (int i = 0; i < 2; ++i) chunks.AddText(std::string(3 << 20, 'c'));  // more than one blob
    MemoryBlobs blobs;
    std::string partial;
    EXPECT_TRUE(MakeRope(chunks.Take(), &partial, blobs).ok());
    return partial;
  };
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("large", 0));
  c.RunAll();
  ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  const Output& output = c.core().state().FindJob(job)->stages[0].outputs.at("result");
  EXPECT_EQ(output, (Output{OutputKind::kTable, {}, 3, 9, schema}));
}

TEST(LargeValue, MemoOverTheLimitFailsTheStageAndNamesTheOperation) {
  const PlannersWith planners = With<LargePlanner>((256 << 10) + 1);
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("large", 0));
  ASSERT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_THAT(c.View(job).failure->failure.message, HasSubstr("operation large has to remember 262145 bytes"));
}

}  // namespace
}  // namespace mote::testing
