// `train` with local steps and weighted averaging, against Federated Averaging as one
// would write it by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "common/json.h"
#include "tests/testing/in_process.h"
#include "tests/torch/federated_averaging.h"
#include "tests/torch/plain_training.h"
#include "tests/torch/prepared_table.h"
#include "tests/torch/torch_options.h"
#include "worker/engine/torch_kernels/optimizer.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;
using LocalOutputs = std::map<std::string, Output>;

// Parts of 26, 25 and 25 rows: the last step of an epoch is the first part's alone.
constexpr int64_t kLocalRows = 76, kLocalFeatures = 6, kLocalClasses = 3, kLocalParts = 3, kLocalSteps = 2,
                  kLocalBatch = 5, kLocalEpochs = 3, kLocalSeed = 5;

Json LocalSettings(const Json& optimizer) {
  return {{"model", {{"mlp", {{"hidden", {8, 5}}, {"activation", "tanh"}}}}},
          {"optimizer", optimizer},
          {"epochs", kLocalEpochs},
          {"batch_size", kLocalBatch},
          {"seed", kLocalSeed},
          {"local", {{"parts", kLocalParts}, {"steps", kLocalSteps}}}};
}

Table LocalTable() { return PreparedTable(kLocalRows, kLocalFeatures, kLocalClasses, 1); }

absl::StatusOr<LocalOutputs> TrainLocal(InProcess& process, const Json& settings, coordinator::TaskShape tasks = {}) {
  LocalOutputs inputs{{"input", process.MakeTable(LocalTable(), 30)}};
  if (settings.contains("validate")) {
    inputs.emplace("validate", process.MakeTable(PreparedTable(40, kLocalFeatures, kLocalClasses, 9), 7));
  }
  return process.Run("train", settings, inputs, tasks);
}

struct LocalTrained {
  std::vector<float> weights;
  Json history;
};

LocalTrained TrainLocalOrDie(const Json& settings, int block_level = 0, coordinator::TaskShape tasks = {}) {
  InProcess process(TorchOptions(block_level));
  const absl::StatusOr<LocalOutputs> outputs = TrainLocal(process, settings, tasks);
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  if (!outputs.ok()) return {};
  return {engine::ReadState(*outputs->at("model").content.artifact, engine::StatePart::kWeights, process.context())
              ->weights,
          Json::parse(process.Content(outputs->at("history")))};
}

std::vector<float> ByHand(const engine::Optimizer& optimizer) {
  const std::vector<Example> examples = Examples(LocalTable());
  engine::TrainState state;
  state.spec.kind = engine::MlpSpec{.in = kLocalFeatures, .hidden = {8, 5}, .out = kLocalClasses, .activation = "tanh"};
  const std::vector<Part> parts = {
      {&examples, kLocalRows, 0, 26}, {&examples, kLocalRows, 26, 51}, {&examples, kLocalRows, 51, 76}};
  return FederatedAveraging(parts, {kLocalEpochs, kLocalBatch, kLocalSteps, kLocalSeed}, optimizer, std::move(state));
}

engine::Optimizer LocalOptimizer(const Json& json) { return engine::Optimizer::FromJson(json).value(); }

TEST(LocalTraining, EqualsFederatedAveragingByHandBitForBit) {
  const Json adamw = {{"lr", 0.01}, {"betas", {0.9, 0.999}}, {"eps", 1e-8}, {"weight_decay", 0.01}};
  Json named = adamw;
  named["name"] = "adamw";
  EXPECT_EQ(TrainLocalOrDie(LocalSettings({{"adamw", adamw}})).weights, ByHand(LocalOptimizer(named)));
  const Json momentum = {{"lr", 0.1}, {"momentum", 0.9}, {"weight_decay", 0.0}};
  named = momentum;
  named["name"] = "sgd";
  EXPECT_EQ(TrainLocalOrDie(LocalSettings({{"sgd", momentum}})).weights, ByHand(LocalOptimizer(named)));
  named["momentum"] = 0;
  EXPECT_EQ(TrainLocalOrDie(LocalSettings({{"sgd", {{"lr", 0.1}}}})).weights, ByHand(LocalOptimizer(named)));
}

TEST(LocalTraining, BlocksDoNotChangeTheBits) {
  Json settings = LocalSettings({{"adamw", Json::object()}});
  settings["validate"] = "clean.dev";
  const LocalTrained first = TrainLocalOrDie(settings);
  for (const int level : {1, 5}) {
    const LocalTrained other = TrainLocalOrDie(settings, level);
    EXPECT_EQ(other.weights, first.weights) << level;
    EXPECT_EQ(other.history, first.history) << level;
  }
  settings["local"]["parts"] = kLocalParts - 1;  // the plan, on the contrary, is part of what the bits depend on
  EXPECT_NE(TrainLocalOrDie(settings).weights, first.weights);
}

TEST(LocalTraining, OnePartIsOrdinaryTrainingWithOneTaskABatch) {
  Json settings = LocalSettings({{"adamw", {{"lr", 0.01}}}});
  settings.update({{"validate", "clean.dev"},
                   {"keep", "best"},
                   {"clip", 0.5},
                   {"class_weights", "balanced"},
                   {"schedule", {{"cosine", {{"warm_up", 3}}}}}});
  settings["local"] = {{"parts", 1}, {"steps", 4}};
  const LocalTrained local = TrainLocalOrDie(settings);
  settings.erase("local");
  const LocalTrained ordinary = TrainLocalOrDie(settings, 0, {.rows = kLocalBatch});
  EXPECT_EQ(local.weights, ordinary.weights);
  EXPECT_EQ(local.history["kept_epoch"], ordinary.history["kept_epoch"]);
  EXPECT_EQ(local.history["steps"], ordinary.history["steps"]);
  ASSERT_EQ(local.history["epochs"].size(), ordinary.history["epochs"].size());
  for (size_t i = 0; i < ordinary.history["epochs"].size(); ++i) {
    const Json &ours = local.history["epochs"][i], &theirs = ordinary.history["epochs"][i];
    EXPECT_EQ(ours["validation"], theirs["validation"]);
    EXPECT_NEAR(ours["loss"], theirs["loss"], 1e-12);  // added up in rounds first
  }
}

// Plain steps are linear in the gradient, so the mean of the parts' weights after one step
// each is one step along the gradient of all their rows.
TEST(LocalTraining, OneStepOfAllRowsOfEachPartIsOneStepOfAllRows) {
  Json settings = LocalSettings({{"sgd", {{"lr", 0.5}}}});
  settings.update({{"epochs", 1}, {"batch_size", kLocalRows}});
  const LocalTrained local = TrainLocalOrDie(settings);
  settings.erase("local");
  const LocalTrained ordinary = TrainLocalOrDie(settings);
  ASSERT_EQ(local.weights.size(), ordinary.weights.size());
  for (size_t i = 0; i < local.weights.size(); ++i) EXPECT_NEAR(local.weights[i], ordinary.weights[i], 1e-6) << i;
  EXPECT_EQ(local.history["rounds"], 1);
}

TEST(LocalTraining, EachEpochUsesEachRowOnceAndHistoryTellsIt) {
  Json settings = LocalSettings({{"adamw", {{"lr", 0.02}}}});
  settings.update({{"epochs", 60}, {"validate", "clean.dev"}, {"patience", 4}, {"keep", "best"}});
  const LocalTrained trained = TrainLocalOrDie(settings);
  const size_t epochs = trained.history["epochs"].size();
  ASSERT_LT(epochs, 60U) << "it was to stop early";
  EXPECT_EQ(trained.history["best_epoch"], epochs - 4);
  EXPECT_EQ(trained.history["steps"], 6 * epochs);   // 26 rows of the largest part, 5 a step
  EXPECT_EQ(trained.history["rounds"], 3 * epochs);  // 2 steps a round
  EXPECT_GT(trained.history["epochs"][epochs - 5]["validation"]["accuracy"], 0.7);
  EXPECT_LT(trained.history["epochs"][epochs - 1]["loss"], trained.history["epochs"][0]["loss"]);
}

TEST(LocalTraining, DivergenceNamesThePartAndTheStep) {
  Json settings = LocalSettings({{"sgd", {{"lr", 1e30}}}});
  settings["model"]["mlp"]["activation"] = "relu";
  InProcess process(TorchOptions(0));
  const auto outputs = TrainLocal(process, settings);
  EXPECT_THAT(outputs.status().ToString(), HasSubstr("training diverged in epoch 1, part "));
  EXPECT_THAT(outputs.status().ToString(), HasSubstr("lr=1e+30"));
}

TEST(LocalTraining, MistakesNameTheirPlace) {
  InProcess process(TorchOptions(0));
  const auto message = [&](const Json& local, coordinator::TaskShape tasks = {}) {
    Json settings = LocalSettings({{"adamw", Json::object()}});
    settings["local"] = local;
    return std::string(TrainLocal(process, settings, tasks).status().message());
  };
  EXPECT_THAT(message({{"parts", 77}}), HasSubstr("local.parts: 77 parts of 76 rows"));
  EXPECT_THAT(message({{"parts", 77}}), HasSubstr("set it to 76 or less"));
  EXPECT_THAT(message({{"parts", 2}}, {.rows = 8}), HasSubstr("leave tasks out, and set local.parts"));
  EXPECT_THAT(message({{"steps", 4}}), HasSubstr("local.parts: missing; set into how many parts"));
  EXPECT_EQ(message({{"parts", 76}, {"steps", 1000}}), "") << "a part of one row is a part";
}

}  // namespace
}  // namespace mote::testing
