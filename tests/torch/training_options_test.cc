// What `train` can be told beside its optimizer: schedules, clipping, an early end, weights
// of classes, where it starts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "common/json.h"
#include "tests/testing/in_process.h"
#include "tests/torch/prepared_table.h"
#include "tests/torch/torch_options.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;
using Outputs = std::map<std::string, Output>;

constexpr int64_t kRows = 80, kFeatures = 4;

Json Settings() {
  return {
      {"model", "linear"}, {"optimizer", {{"sgd", {{"lr", 0.5}}}}}, {"epochs", 1}, {"batch_size", kRows}, {"seed", 2}};
}

absl::StatusOr<Outputs> Train(InProcess& process, const Json& settings, const Outputs& more = {}) {
  Outputs inputs{{"input", process.MakeTable(PreparedTable(kRows, kFeatures, 2, 1), 30)}};
  inputs.insert(more.begin(), more.end());
  return process.Run("train", settings, inputs);
}

std::vector<float> Weights(InProcess& process, const Outputs& outputs) {
  return engine::ReadState(*outputs.at("model").content.artifact, engine::StatePart::kWeights, process.context())
      ->weights;
}

double Distance(const std::vector<float>& a, const std::vector<float>& b) {
  double squares = 0;
  for (size_t i = 0; i < a.size(); ++i) squares += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
  return std::sqrt(squares);
}

// Rounded to 8 bits of mantissa, a gradient is off by a little, in the same way each time.
TEST(TrainingOptions, MixedPrecisionIsCloseAndItsBitsAreTheSameEachTime) {
  const Json wide = {{"model", {{"mlp", {{"hidden", {16}}}}}}, {"precision", "mixed"}, {"epochs", 20}};
  std::vector<std::vector<float>> mixed;
  Json history;
  for (int run = 0; run < 2; ++run) {
    InProcess process(TorchOptions(0));
    Json settings = Settings();
    settings.update(wide);
    const auto outputs = Train(process, settings);
    ASSERT_TRUE(outputs.ok()) << outputs.status();
    mixed.push_back(Weights(process, *outputs));
    history = Json::parse(process.Content(outputs->at("history")));
  }
  EXPECT_EQ(mixed[0], mixed[1]);
  InProcess process(TorchOptions(0));
  Json settings = Settings();
  settings.update(wide);
  settings["precision"] = "full";
  const auto outputs = Train(process, settings);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const double distance = Distance(mixed[0], Weights(process, *outputs));
  EXPECT_GT(distance, 0);
  EXPECT_LT(distance, 0.1);
  const Json full = Json::parse(process.Content(outputs->at("history")));
  EXPECT_NEAR(history["epochs"][19]["loss"].get<double>(), full["epochs"][19]["loss"].get<double>(), 0.01);
}

// The weights after one step with these settings added, and before it.
struct Step {
  std::vector<float> before;
  std::vector<float> after;
};

Step OneStep(const Json& more) {
  InProcess process(TorchOptions(0));
  Json settings = Settings();
  settings.update(more);
  const auto outputs = Train(process, settings);
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  const auto spec =
      engine::ReadState(*outputs->at("model").content.artifact, engine::StatePart::kWeights, process.context())->spec;
  return {engine::InitialWeights(std::get<engine::MlpSpec>(spec.kind), 2), Weights(process, *outputs)};
}

TEST(TrainingOptions, ALongGradientIsShortenedToTheLengthAsked) {
  const Step whole = OneStep(Json::object());
  const double length = Distance(whole.before, whole.after) / 0.5;
  const Step clipped = OneStep({{"clip", length / 4}});
  EXPECT_NEAR(Distance(clipped.before, clipped.after), 0.5 * length / 4, 1e-5);
  EXPECT_EQ(OneStep({{"clip", length * 2}}).after, whole.after);
}

TEST(TrainingOptions, TheScheduleScalesTheRateOfAStep) {
  const Step whole = OneStep(Json::object());
  const Step warm = OneStep({{"schedule", {{"cosine", {{"warm_up", 4}}}}}});
  EXPECT_NEAR(Distance(warm.before, warm.after), Distance(whole.before, whole.after) / 4, 1e-5);
}

TEST(TrainingOptions, ClassWeightsOneByOneAreThoseOfBalanced) {
  // As many rows of each class as PreparedTable draws: the weights that balance them.
  const Table table = PreparedTable(kRows, kFeatures, 2, 1);
  const TableView view = TableView::Open(table.schema, table.rows, table.bytes).value();
  double counts[2] = {0, 0};
  for (int64_t row = 0; row < kRows; ++row) counts[static_cast<int>(view.Number(row, 2))] += 1;
  const Json weights = {kRows / (2 * counts[0]), kRows / (2 * counts[1])};
  EXPECT_EQ(OneStep({{"class_weights", weights}}).after, OneStep({{"class_weights", "balanced"}}).after);
}

TEST(TrainingOptions, PatienceEndsItAfterEpochsInVain) {
  InProcess process(TorchOptions(0));
  Json settings = Settings();
  settings.update({{"epochs", 200},
                   {"patience", 3},
                   {"keep", "best"},
                   {"validate", "clean.dev"},
                   {"model", {{"mlp", {{"hidden", {16}}}}}},
                   {"batch_size", 8}});
  const auto outputs =
      Train(process, settings, {{"validate", process.MakeTable(PreparedTable(60, kFeatures, 2, 9), 30)}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Json history = Json::parse(process.Content(outputs->at("history")));
  const size_t epochs = history["epochs"].size();
  ASSERT_LT(epochs, 200U);
  EXPECT_EQ(history["best_epoch"], epochs - 3);
  EXPECT_EQ(history["kept_epoch"], epochs - 3);
  EXPECT_EQ(history["steps"], 10 * epochs);
}

TEST(TrainingOptions, ItStartsFromAnEarlierModel) {
  InProcess process(TorchOptions(0));
  const auto first = Train(process, Settings());
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = Train(process, Settings(), {{"start", first->at("model")}});
  ASSERT_TRUE(second.ok()) << second.status();
  Json two = Settings();
  two["epochs"] = 2;
  const auto together = Train(process, two);
  ASSERT_TRUE(together.ok()) << together.status();
  // Plain SGD has no memory, and a batch is all rows: two runs are one of two epochs, but
  // for the order in which the rows are added up.
  EXPECT_LT(Distance(Weights(process, *second), Weights(process, *together)), 1e-5);
}

TEST(TrainingOptions, AModelOfAnotherArchitectureIsNoStart) {
  InProcess process(TorchOptions(0));
  const auto first = Train(process, Settings());
  ASSERT_TRUE(first.ok()) << first.status();
  Json settings = Settings();
  settings["model"] = {{"mlp", {{"hidden", {8}}}}};
  const auto second = Train(process, settings, {{"start", first->at("model")}});
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("start: its model is {"));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("give `model` the same shape"));
}

TEST(TrainingOptions, MistakesNameTheirPlace) {
  InProcess process(TorchOptions(0));
  const auto message = [&](const char* name, const Json& value) {
    Json settings = Settings();
    settings[name] = value;
    return std::string(Train(process, settings).status().message());
  };
  EXPECT_THAT(message("clip", -1), HasSubstr("clip: -1 is negative"));
  EXPECT_THAT(message("patience", 2), HasSubstr("set validate"));
  EXPECT_THAT(message("class_weights", {1.0, -2.0}), HasSubstr("class_weights[1]: -2 is no weight"));
  EXPECT_THAT(message("class_weights", {1.0, 2.0, 3.0}), HasSubstr("3 weights for 2 classes"));
  EXPECT_THAT(message("schedule", "cosin"), HasSubstr("did you mean"));
}

}  // namespace
}  // namespace mote::testing
