#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "common/block.h"
#include "common/json.h"
#include "common/permutation.h"
#include "coordinator/plan/infer_planner.h"
#include "coordinator/plan/train_planner.h"
#include "tests/testing/in_process.h"
#include "tests/torch/plain_training.h"
#include "tests/torch/prepared_table.h"
#include "tests/torch/torch_options.h"
#include "worker/engine/torch_kernels/compat.h"
#include "worker/engine/torch_kernels/optimizer.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kRows = 100, kFeatures = 6, kClasses = 3, kBatch = 21, kTaskRows = 4, kEpochs = 3, kSeed = 5;

Json Settings() {
  return {{"model", {{"mlp", {{"hidden", {8, 5}}, {"activation", "tanh"}}}}},
          {"optimizer", {{"adamw", {{"lr", 0.01}}}}},
          {"epochs", kEpochs},
          {"batch_size", kBatch},
          {"seed", kSeed}};
}

struct Trained {
  std::string model;
  Json history;
};

absl::StatusOr<Trained> Train(int block_level, int64_t segment_rows, const Json& settings, int64_t task_rows,
                              const Table& table, bool validate = false) {
  InProcess process(TorchOptions(block_level));
  std::map<std::string, Output> inputs{{"input", process.MakeTable(table, segment_rows)}};
  if (validate) inputs.emplace("validate", process.MakeTable(PreparedTable(40, kFeatures, kClasses, 9), 7));
  auto outputs = process.Run("train", settings, inputs, {.rows = task_rows});
  if (!outputs.ok()) return outputs.status();
  return Trained{process.Content(outputs->at("model")), Json::parse(process.Content(outputs->at("history")))};
}

engine::TrainState Decode(const std::string& model) {
  MemoryContext blobs;
  const ArtifactRef ref{blobs.Store(model), static_cast<int64_t>(model.size()), false};
  return engine::ReadState(ref, engine::StatePart::kWeights, blobs).value();
}

// Plain libtorch from here on: one process, no planner, no kernel.

// The dyadic sum of leaves[begin, begin + 2^level).
at::Tensor TreeSum(const std::vector<at::Tensor>& leaves, size_t begin, int level) {
  if (level == 0) return leaves[begin];
  const size_t middle = begin + (size_t{1} << (level - 1));
  const at::Tensor left = TreeSum(leaves, begin, level - 1);
  return middle < leaves.size() ? left + TreeSum(leaves, middle, level - 1) : left;
}

std::vector<float> PlainLoop(const Table& table, const std::vector<int64_t>& hidden, int64_t batch) {
  at::set_num_threads(1);
  const std::vector<Example> examples = Examples(table);
  const auto optimizer =
      engine::Optimizer::FromJson(
          {{"name", "adamw"}, {"lr", 0.01}, {"betas", {0.9, 0.999}}, {"eps", 1e-8}, {"weight_decay", 0.01}})
          .value();
  engine::TrainState state;
  state.spec.kind = engine::MlpSpec{.in = kFeatures, .hidden = hidden, .out = kClasses, .activation = "tanh"};
  state.weights = engine::InitialWeights(std::get<engine::MlpSpec>(state.spec.kind), kSeed);
  state.first.assign(state.weights.size(), 0.0F);
  state.second.assign(state.weights.size(), 0.0F);
  for (int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    const Permutation order(table.rows, kSeed + epoch);
    for (int64_t begin = 0; begin < table.rows; begin += batch) {
      const int64_t end = std::min(begin + batch, table.rows);
      const std::vector<at::Tensor> leaves = Leaves(state.spec, state.weights);
      std::vector<at::Tensor> sums;
      for (int64_t first = begin; first < end; first += kTaskRows) {
        std::vector<int64_t> positions;
        for (int64_t i = first; i < std::min(first + kTaskRows, end); ++i) positions.push_back(order.At(i));
        sums.push_back(SummedGradient(examples, positions, leaves));
      }
      const at::Tensor mean =
          TreeSum(sums, 0, RootLevel(static_cast<int64_t>(sums.size()))) / static_cast<float>(end - begin);
      optimizer.Step({mean.data_ptr<float>(), mean.data_ptr<float>() + mean.numel()}, &state);
    }
  }
  return state.weights;
}

TEST(Training, EqualsAPlainLoopOfLibtorchBitForBit) {
  const Table table = PreparedTable(kRows, kFeatures, kClasses, 1);
  const auto trained = Train(2, 33, Settings(), kTaskRows, table);
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_EQ(Decode(trained->model).weights, PlainLoop(table, {8, 5}, kBatch));
}

// Gradients of 72 KB lie in the store, and wait there for an update of up to eight of them:
// an epoch of twenty steps has three.
Json SettingsOfALargeModel() {
  Json settings = Settings();
  settings["model"]["mlp"]["hidden"] = {128, 128};
  settings["batch_size"] = 5;
  return settings;
}

TEST(Training, WeightsBroughtUpToDateByEachEngineAreThoseOfAPlainLoop) {
  const Table table = PreparedTable(kRows, kFeatures, kClasses, 1);
  const auto trained = Train(2, 33, SettingsOfALargeModel(), kTaskRows, table);
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_EQ(Decode(trained->model).weights, PlainLoop(table, {128, 128}, 5));
  EXPECT_EQ(trained->history["steps"], kEpochs * 20);
}

// Each new engine takes the pending gradients itself, up to eight of them.
TEST(Training, EnginesThatKnowNothingComeToTheSameBits) {
  const Table table = PreparedTable(kRows, kFeatures, kClasses, 1);
  const auto lasting = Train(0, 33, SettingsOfALargeModel(), kTaskRows, table, true);
  ASSERT_TRUE(lasting.ok()) << lasting.status();
  InProcessOptions options = TorchOptions(0);
  options.new_engine_each_pass = true;
  InProcess process(options);
  std::map<std::string, Output> inputs{{"input", process.MakeTable(table, 33)},
                                       {"validate", process.MakeTable(PreparedTable(40, kFeatures, kClasses, 9), 7)}};
  const auto outputs = process.Run("train", SettingsOfALargeModel(), inputs, {.rows = kTaskRows});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(process.Content(outputs->at("model")), lasting->model);
  EXPECT_EQ(Json::parse(process.Content(outputs->at("history"))), lasting->history);
}

// Gradients that stay in pieces are put together by whoever takes them.
TEST(Training, GradientsThatStayApartMakeTheSameBits) {
  const Table table = PreparedTable(kRows, kFeatures, kClasses, 1);
  const auto whole = Train(0, 33, SettingsOfALargeModel(), kTaskRows, table);
  ASSERT_TRUE(whole.ok()) << whole.status();
  InProcessOptions options = TorchOptions(0);
  options.stay_apart = true;
  for (const bool anew : {false, true}) {
    options.new_engine_each_pass = anew;
    InProcess process(options);
    const std::map<std::string, Output> inputs{{"input", process.MakeTable(table, 33)}};
    const auto outputs = process.Run("train", SettingsOfALargeModel(), inputs, {.rows = kTaskRows});
    ASSERT_TRUE(outputs.ok()) << outputs.status();
    EXPECT_EQ(process.Content(outputs->at("model")), whole->model);
    EXPECT_EQ(Json::parse(process.Content(outputs->at("history"))), whole->history);
  }
}

TEST(Training, DivergenceOfALargeModelNamesTheStep) {
  Json settings = SettingsOfALargeModel();
  settings["model"]["mlp"]["activation"] = "relu";
  settings["optimizer"] = {{"sgd", {{"lr", 1e30}}}};
  const auto trained = Train(0, 1000, settings, kTaskRows, PreparedTable(kRows, kFeatures, kClasses, 1));
  EXPECT_EQ(trained.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(trained.status().ToString(), HasSubstr("training diverged in epoch 1, step "));
}

TEST(Training, BlocksAndSegmentsDoNotChangeTheBits) {
  const Table table = PreparedTable(kRows, kFeatures, kClasses, 1);
  const auto first = Train(0, 1000, Settings(), kTaskRows, table, true);
  ASSERT_TRUE(first.ok()) << first.status();
  for (const int level : {1, 3, 10}) {
    const auto other = Train(level, 13, Settings(), kTaskRows, table, true);
    ASSERT_TRUE(other.ok()) << other.status();
    EXPECT_EQ(other->model, first->model) << level;
    EXPECT_EQ(other->history, first->history) << level;
  }
  // The shape of tasks, on the contrary, is part of what the bits depend on.
  const auto shape = Train(0, 1000, Settings(), kBatch, table, true);
  EXPECT_NE(shape->model, first->model);
}

TEST(Training, FullBatchesEndWherePlainAdamWEnds) {
  const Table table = PreparedTable(kRows, kFeatures, kClasses, 1);
  Json settings = Settings();
  settings["batch_size"] = kRows;
  settings["epochs"] = 20;
  const auto trained = Train(0, 1000, settings, kRows, table);
  ASSERT_TRUE(trained.ok()) << trained.status();

  engine::MlpSpec spec = std::get<engine::MlpSpec>(Decode(trained->model).spec.kind);
  std::vector<at::Tensor> leaves = Leaves(spec, engine::InitialWeights(spec, kSeed));
  torch::optim::AdamW adamw(leaves, torch::optim::AdamWOptions(0.01));
  std::vector<float> x;
  std::vector<int64_t> labels;
  for (const Example& example : Examples(table)) {
    x.insert(x.end(), example.x.begin(), example.x.end());
    labels.push_back(example.label);
  }
  for (int epoch = 0; epoch < 20; ++epoch) {
    adamw.zero_grad();
    torch::nn::functional::cross_entropy(Forward(torch::tensor(x).view({kRows, kFeatures}), leaves),
                                         torch::tensor(labels))
        .backward();
    adamw.step();
  }
  std::vector<at::Tensor> flat;
  for (const at::Tensor& leaf : leaves) flat.push_back(leaf.detach().reshape({-1}));
  EXPECT_LT((at::cat(flat) - torch::tensor(Decode(trained->model).weights)).abs().max().item<float>(), 1e-5);
}

TEST(Training, HistoryTellsEachEpochAndTheBestOneIsKept) {
  const Table table = PreparedTable(kRows, kFeatures, kClasses, 1);
  Json settings = Settings();
  settings["keep"] = "best";
  settings["validate"] = "clean.dev";
  settings["epochs"] = 15;
  settings["optimizer"] = {{"adam", {{"lr", 0.1}}}};  // overfits, so the best epoch is not the last
  const auto trained = Train(0, 1000, settings, kTaskRows, table, true);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const Json& epochs = trained->history["epochs"];
  ASSERT_EQ(epochs.size(), 15U);
  EXPECT_LT(epochs[14]["loss"], epochs[0]["loss"]);
  const size_t kept = trained->history["kept_epoch"].get<size_t>() - 1;
  for (const Json& epoch : epochs) {
    EXPECT_LE(epochs[kept]["validation"]["loss"], epoch["validation"]["loss"]);
    EXPECT_EQ(epoch["validation"]["rows"], 40);
  }
  // The model is the one of that epoch: a run that ends there keeps the same.
  settings["epochs"] = kept + 1;
  settings["keep"] = "last";
  const auto shorter = Train(0, 1000, settings, kTaskRows, table, true);
  ASSERT_TRUE(shorter.ok()) << shorter.status();
  EXPECT_EQ(shorter->model, trained->model);
}

TEST(Training, LearnsWhatSeparatesTheClasses) {
  Json settings = Settings();
  settings["model"] = "linear";
  settings["class_weights"] = "balanced";
  settings["validate"] = "clean.dev";
  settings["epochs"] = 40;
  const auto trained = Train(0, 1000, settings, 64, PreparedTable(400, kFeatures, kClasses, 1), true);
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_GT(trained->history["epochs"][39]["validation"]["accuracy"], 0.8);
}

TEST(Training, DivergenceNamesTheStep) {
  Json settings = Settings();
  settings["model"] = {{"mlp", {{"hidden", {8, 5}}, {"activation", "relu"}}}};  // tanh would hold
  settings["optimizer"] = {{"sgd", {{"lr", 1e30}}}};
  const auto trained = Train(0, 1000, settings, kTaskRows, PreparedTable(kRows, kFeatures, kClasses, 1));
  EXPECT_EQ(trained.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(trained.status().ToString(), HasSubstr("training diverged in epoch 1, step "));
  EXPECT_THAT(trained.status().ToString(), HasSubstr("lr=1e+30"));
}

TEST(Training, OneClassAloneIsRefused) {
  const auto trained = Train(0, 1000, Settings(), kTaskRows, PreparedTable(kRows, kFeatures, 1, 1));
  EXPECT_THAT(trained.status().ToString(), HasSubstr("only one class in 100 rows"));
}

TEST(Training, NeitherPassesNorRandomRowsReadASegmentAgain) {
  const Table table = PreparedTable(kRows, kFeatures, kClasses, 1);
  for (const int64_t segment_rows : {10, 1}) {
    InProcess process(TorchOptions(0));
    const std::map<std::string, Output> inputs{{"input", process.MakeTable(table, segment_rows)}};
    ASSERT_TRUE(process.Run("train", Settings(), inputs, {.rows = kTaskRows}).ok());
    // Each segment once to count classes and once to train; then a state for the gradients
    // and the update of each of the fifteen steps, and for the export.
    EXPECT_LE(process.context().reads(), 2 * kRows / segment_rows + 2 * 15 + 1);
  }
}

TEST(Training, TextBesideTheFeaturesDoesNotChangeTheBits) {
  const Table table = PreparedTable(kRows, kFeatures, kClasses, 1);
  const TableView view = TableView::Open(table.schema, table.rows, table.bytes).value();
  TableBuilder builder({{{"note", DType::kText, 1}, table.schema.columns[1], table.schema.columns[2]}});
  for (int64_t row = 0; row < kRows; ++row) {
    std::vector<float> x(kFeatures);
    std::memcpy(x.data(), view.Cell(row, 1).data(), view.Cell(row, 1).size());
    builder.AddText(std::string(static_cast<size_t>(row % 7), 'n'));
    builder.AddF32s(x.data(), kFeatures);
    builder.AddI64(static_cast<int64_t>(view.Number(row, 2)));
  }
  const auto plain = Train(0, 33, Settings(), kTaskRows, table);
  const auto noted = Train(0, 33, Settings(), kTaskRows, builder.Take());
  ASSERT_TRUE(plain.ok()) << plain.status();
  ASSERT_TRUE(noted.ok()) << noted.status();
  EXPECT_EQ(noted->model, plain->model);
}

}  // namespace
}  // namespace mote::testing
