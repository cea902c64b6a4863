// `train` with a module of the user's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "common/json.h"
#include "common/store_bytes.h"
#include "tests/testing/in_process.h"
#include "tests/torch/prepared_table.h"
#include "tests/torch/torch_options.h"
#include "worker/engine/torch_kernels/compat.h"
#include "worker/engine/torch_kernels/mlp_spec.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kScriptRows = 90, kScriptFeatures = 4, kScriptClasses = 3, kScriptSeed = 5;

// The same computation as an MLP 4→6→3 of mote's, with its first weights.
std::string Module(const std::string& last = "torch.linear(x, self.w1, self.b1)", bool trains = true) {
  const engine::MlpSpec spec{.in = kScriptFeatures, .hidden = {6}, .out = kScriptClasses, .activation = "tanh"};
  const at::Tensor flat = torch::tensor(engine::InitialWeights(spec, kScriptSeed));
  torch::jit::Module module("m");
  const std::vector<std::string> names = {"w0", "b0", "w1", "b1"};
  const std::vector<engine::ParameterShape> parameters = spec.Parameters();
  for (size_t i = 0; i < names.size(); ++i) {
    const at::Tensor values = flat.narrow(0, parameters[i].offset, parameters[i].count).reshape(parameters[i].shape);
    module.register_parameter(names[i], values.clone().requires_grad_(trains), /*is_buffer=*/false);
  }
  module.define("def forward(self, x):\n  x = torch.tanh(torch.linear(x, self.w0, self.b0))\n  return " + last + "\n");
  std::ostringstream file;
  module.save(file);
  return file.str();
}

class ScriptTraining : public ::testing::Test {
 protected:
  Json File(const std::string& bytes) {
    return {{"torchscript", {{"artifact", StoreArtifact(bytes, process_.context()).ToString()}, {"name", "net.pt"}}}};
  }
  absl::StatusOr<std::map<std::string, Output>> Train(const Json& model, const Json& more = Json::object()) {
    Json settings = {{"model", model},
                     {"optimizer", {{"adamw", {{"lr", 0.01}}}}},
                     {"epochs", 3},
                     {"batch_size", 20},
                     {"validate", "clean.dev"},
                     {"keep", "best"},
                     {"seed", kScriptSeed}};
    settings.update(more);
    return process_.Run(
        "train", settings,
        {{"input", process_.MakeTable(PreparedTable(kScriptRows, kScriptFeatures, kScriptClasses, 1), 30)},
         {"validate", process_.MakeTable(PreparedTable(40, kScriptFeatures, kScriptClasses, 2), 20)}},
        {.rows = settings.contains("local") ? 0 : 8});
  }
  Table Scores(const std::map<std::string, Output>& trained) {
    const auto outputs =
        process_.Run("infer", {{"model", "fit.model"}},
                     {{"input", process_.MakeTable(PreparedTable(25, kScriptFeatures, kScriptClasses, 3), 20)},
                      {"model", trained.at("model")}});
    EXPECT_TRUE(outputs.ok()) << outputs.status();
    return outputs.ok() ? process_.Rows(outputs->at("result")) : Table();
  }

  InProcess process_{TorchOptions(1)};
};

TEST_F(ScriptTraining, AModuleThatComputesWhatAnMlpDoesLearnsTheSameBits) {
  const auto script = Train(File(Module()));
  ASSERT_TRUE(script.ok()) << script.status();
  const auto mlp = Train({{"mlp", {{"hidden", {6}}, {"activation", "tanh"}}}});
  ASSERT_TRUE(mlp.ok()) << mlp.status();
  EXPECT_EQ(process_.Content(script->at("history")), process_.Content(mlp->at("history")));
  const Table scores = Scores(*script);
  EXPECT_EQ(scores.rows, 25);
  const Table plain = Scores(*mlp);
  EXPECT_EQ(scores.schema.ToString(), plain.schema.ToString());
  EXPECT_EQ(scores.bytes, plain.bytes) << "probabilities, as of every model of train";
}

TEST_F(ScriptTraining, LocalStepsTakeItToo) {
  const Json local = {{"local", {{"parts", 3}, {"steps", 2}}}};
  const auto script = Train(File(Module()), local);
  ASSERT_TRUE(script.ok()) << script.status();
  const auto mlp = Train({{"mlp", {{"hidden", {6}}, {"activation", "tanh"}}}}, local);
  ASSERT_TRUE(mlp.ok()) << mlp.status();
  EXPECT_EQ(Scores(*script).bytes, Scores(*mlp).bytes);
}

TEST_F(ScriptTraining, WhatCannotBeTrainedIsExplained) {
  const auto told = [&](const Json& model, const Json& more = Json::object()) {
    return std::string(Train(model, more).status().message());
  };
  EXPECT_THAT(told(File("no module")), HasSubstr("model \"net.pt\""));
  EXPECT_THAT(told(File(Module("x"))),
              HasSubstr("yields [2, 6] for two rows; train needs a score of each of the 3 classes"));
  EXPECT_THAT(told(File(Module("torch.linear(x, self.w1, self.b1)", false))),
              HasSubstr("no parameter that wants a gradient"));
  EXPECT_THAT(told(File(Module("torch.linear(torch.cat([x, x], 1), self.w1, self.b1)"))),
              HasSubstr("refuses a batch of f32[2, 4]"));
  EXPECT_THAT(told({{"torchscript", {{"file", "net.pt"}}}}), HasSubstr("write {path: model.pt}"));
  EXPECT_THAT(told(File(Module()), {{"precision", "mixed"}}), HasSubstr("precision: mixed is for mlp and linear"));
}

// A layer that the scores do not depend on has no gradient, and stays as it is.
TEST_F(ScriptTraining, ParametersThatAreNotUsedStay) {
  const auto trained =
      Train(File(Module("torch.linear(x, self.w1, torch.zeros([3]))")), {{"optimizer", {{"sgd", {{"lr", 0.1}}}}}});
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_EQ(Scores(*trained).rows, 25);
}

}  // namespace
}  // namespace mote::testing
