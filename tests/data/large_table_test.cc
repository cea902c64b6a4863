// Tables far larger than what a message or a descriptor of 64 KiB may hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/dataset.h"
#include "common/json.h"
#include "common/json_params.h"
#include "coordinator/plan/registry.h"
#include "tests/testing/in_process.h"
#include "worker/engine/artifact_reader.h"

namespace mote::testing {
namespace {

using Outputs = std::map<std::string, Output>;

constexpr int64_t kRows = 24'000;

// Two columns that one-hot encode to 500 features: 2 KiB a row from a dozen
// characters.
std::string ManyCategories() {
  std::string text = "a,b,class\n";
  for (int64_t row = 0; row < kRows; ++row) {
    absl::StrAppend(&text, "k", row % 250, ",m", row * 7 % 250, ",", row % 3 == 0 ? "bad" : "good", "\n");
  }
  return text;
}

Outputs PrepareAll(InProcess& cluster) {
  const absl::StatusOr<Output> input = cluster.Index(ManyCategories());
  EXPECT_TRUE(input.ok()) << input.status();
  absl::StatusOr<Outputs> outputs = cluster.Run(
      "prepare", {{"label", "class"}, {"split", {{"train", 0.8}, {"test", 0.2}}}}, {{"input", *input}}, {.rows = 40});
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  return *std::move(outputs);
}

size_t SegmentsOf(InProcess& cluster, const Output& table) {
  return Dataset::Decode(*engine::ReadValue(table.content, cluster.context()))->segments.size();
}

absl::StatusOr<coordinator::PlanStep> FirstStep(const std::string& operation, const Output& input) {
  const coordinator::Planner& planner = *coordinator::BuiltinPlanners().Find(operation);
  Json parameters = Json::object();
  CheckParameters(planner.description().parameters, &parameters);
  const Outputs inputs = {{"input", input}};
  return planner.Next({"stage", parameters, {}, {}, inputs, "", {}});
}

TEST(LargeTable, IsPreparedAndPlannedToTrainOnWhateverItsDescriptorsSize) {
  InProcess cluster({.block_level = 0});  // every task a block: the most segments there can be
  const Outputs outputs = PrepareAll(cluster);
  const Output& train = outputs.at("train");
  EXPECT_GT(train.bytes, 30'000'000);
  EXPECT_EQ(train.rows, kRows * 8 / 10);
  ASSERT_TRUE(train.content.artifact.has_value()) << "the descriptor was meant to be too large to be inline";
  const absl::StatusOr<coordinator::PlanStep> step = FirstStep("train", train);
  ASSERT_TRUE(step.ok()) << step.status();
  ASSERT_EQ(step->passes.size(), 1u);
  EXPECT_EQ(step->passes[0].inputs.at("input"), train.content);
}

TEST(LargeTable, LargerBlocksGiveTheSameRowsInFewerSegments) {
  InProcess single({.block_level = 0}), blocks({.block_level = 6, .backwards = true});
  const Outputs one = PrepareAll(single), many = PrepareAll(blocks);
  for (const char* name : {"train", "test"}) {
    EXPECT_EQ(single.Rows(one.at(name)).bytes, blocks.Rows(many.at(name)).bytes) << name;
  }
  EXPECT_LE(SegmentsOf(blocks, many.at("train")), 24u);  // 38 MB
  EXPECT_GT(SegmentsOf(single, one.at("train")), 200u);
}

TEST(FinishKernel, AnswersATablesColumnsAndItsContent) {
  InProcess cluster;
  engine::KernelMap kernels;
  engine::RegisterBuiltinKernels(kernels);
  TableBuilder rows(Schema{{{"label", DType::kI64, 1, {"good", "bad"}}}});
  rows.AddI64(1);
  const Table table = rows.Take();
  const auto concat = *MakeRowReducer("concat", Json::object());
  std::string root, leaf;
  ASSERT_TRUE(concat->Leaf(table, &root, cluster.context().blobs()).ok());
  PassSpec pass;
  pass.parameters = R"({"reducer": "concat", "reducer_parameters": {}, "finish": true, "task_count": 1,
                        "nodes": [{"level": 0, "index": 0}]})";
  pass.inputs["0"].bytes = pass.inputs["partial"].bytes = root;
  const auto kernel = kernels.at("finish")->Open(pass, {}, cluster.context());
  ASSERT_TRUE(kernel.ok()) << kernel.status();
  ASSERT_TRUE((*kernel)->RunTask(0, cluster.context(), &leaf).ok());
  const Json answer = *ParseJson(leaf);
  std::string schema;
  ASSERT_TRUE(absl::Base64Unescape(answer.at("schema").get<std::string>(), &schema));
  EXPECT_EQ(schema, table.schema.Encode());
  EXPECT_EQ(answer.at("rows"), 1);
  EXPECT_TRUE(answer.contains("inline"));
}

}  // namespace
}  // namespace mote::testing
