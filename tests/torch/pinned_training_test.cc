// `train` over rows that stay at workers: each of these is a part.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"
#include "coordinator/plan/site_tables.h"
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

constexpr int64_t kSiteFeatures = 6, kSiteClasses = 3;
constexpr FederatedSettings kFederated{.epochs = 3, .batch = 5, .steps = 2, .seed = 5};

// 31 rows, 12 and 19: in the last round of an epoch only the first has rows left.
const std::vector<std::pair<std::string, int64_t>> kSites = {{"berlin", 31}, {"oslo", 12}, {"paris", 19}};

Table SiteTableOf(int64_t rows) {
  return PreparedTable(rows, kSiteFeatures, kSiteClasses, static_cast<uint64_t>(rows));
}

Output PinnedTable(InProcess& process) {
  std::vector<coordinator::SiteTable> sites;
  for (const auto& [worker, rows] : kSites) sites.push_back({worker, process.MakeTable(SiteTableOf(rows), 10)});
  return coordinator::JoinSites(std::move(sites)).value();
}

Json SiteSettings() {
  return {{"model", {{"mlp", {{"hidden", {8, 5}}, {"activation", "tanh"}}}}},
          {"optimizer", {{"adamw", {{"lr", 0.01}, {"betas", {0.9, 0.999}}, {"eps", 1e-8}, {"weight_decay", 0.01}}}}},
          {"epochs", kFederated.epochs},
          {"batch_size", kFederated.batch},
          {"seed", kFederated.seed},
          {"local", {{"steps", kFederated.steps}}}};
}

TEST(PinnedTraining, EqualsFederatedAveragingByHandBitForBit) {
  InProcess process(TorchOptions(0));
  const auto outputs = process.Run("train", SiteSettings(), {{"input", PinnedTable(process)}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const ArtifactRef model = *outputs->at("model").content.artifact;
  std::vector<std::vector<Example>> examples;
  for (const auto& [worker, rows] : kSites) examples.push_back(Examples(SiteTableOf(rows)));
  std::vector<Part> parts;
  for (size_t i = 0; i < kSites.size(); ++i) parts.push_back({&examples[i], kSites[i].second, 0, kSites[i].second});
  Json named = SiteSettings()["optimizer"]["adamw"];
  named["name"] = "adamw";
  engine::TrainState state;
  state.spec.kind = engine::MlpSpec{.in = kSiteFeatures, .hidden = {8, 5}, .out = kSiteClasses, .activation = "tanh"};
  EXPECT_EQ(engine::ReadState(model, engine::StatePart::kWeights, process.context())->weights,
            FederatedAveraging(parts, kFederated, engine::Optimizer::FromJson(named).value(), std::move(state)));
  const Json history = Json::parse(process.Content(outputs->at("history")));
  EXPECT_EQ(history["rows"], 62);
  EXPECT_EQ(history["rounds"], 4 * kFederated.epochs);  // 7 steps of the largest, 2 a round
}

TEST(PinnedTraining, ValidatesAndScoresWhereTheRowsAre) {
  InProcess process(TorchOptions(0));
  Json settings = SiteSettings();
  settings.update({{"validate", "clean.dev"}, {"epochs", 40}});
  const Output pinned = PinnedTable(process);
  const auto outputs = process.Run("train", settings, {{"input", pinned}, {"validate", pinned}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Json history = Json::parse(process.Content(outputs->at("history")));
  const auto report =
      process.Run("infer", {{"model", "fit.model"}}, {{"input", pinned}, {"model", outputs->at("model")}}, {},
                  {"classification_report", R"({"label":"label"})"});
  ASSERT_TRUE(report.ok()) << report.status();
  const Json document = Json::parse(process.Content(report->at("result")));
  EXPECT_EQ(document["rows"], 62);
  EXPECT_NEAR(document["accuracy"], history["epochs"].back()["validation"]["accuracy"], 1e-12);
}

// The scores of so many rows do not travel in a message.
TEST(PinnedTraining, ManyRowsOfTwoClassesAreJudgedAsInOneTable) {
  InProcess process(TorchOptions(3));
  const Table large = PreparedTable(12'000, 4, 2, 1), small = PreparedTable(700, 4, 2, 2);
  Table both = large;
  both.rows += small.rows;
  both.bytes += small.bytes;
  std::vector<coordinator::SiteTable> sites;
  sites.push_back({"berlin", process.MakeTable(large, 1000)});
  sites.push_back({"paris", process.MakeTable(small, 1000)});
  const Output pinned = coordinator::JoinSites(std::move(sites)).value();
  const Output plain = process.MakeTable(both, 1000);
  const Json settings{{"model", "linear"}, {"epochs", 1}, {"batch_size", 512}, {"validate", "clean.dev"}};
  const auto model = process.Run("train", settings, {{"input", plain}, {"validate", plain}});
  ASSERT_TRUE(model.ok()) << model.status();
  Json local = settings;
  local["local"] = {{"steps", 4}};
  const auto there = process.Run("train", local, {{"input", pinned}, {"validate", pinned}});
  ASSERT_TRUE(there.ok()) << there.status();
  const auto report = [&](const Output& rows) {
    const auto outputs =
        process.Run("infer", {{"model", "fit.model"}}, {{"input", rows}, {"model", model->at("model")}}, {},
                    {"classification_report", R"({"label":"label"})"});
    EXPECT_TRUE(outputs.ok()) << outputs.status();
    return outputs.ok() ? Json::parse(process.Content(outputs->at("result"))) : Json();
  };
  EXPECT_EQ(report(pinned), report(plain));
}

TEST(PinnedTraining, WhatWouldMoveRowsIsRefused) {
  InProcess process(TorchOptions(0));
  const Output pinned = PinnedTable(process);
  const auto told = [&](const Json& local) {
    Json settings = SiteSettings();
    settings.erase("local");
    if (!local.is_null()) settings["local"] = local;
    return std::string(process.Run("train", settings, {{"input", pinned}}).status().message());
  };
  EXPECT_THAT(told(nullptr),
              HasSubstr("its rows stay at workers berlin, oslo, paris (placement: pinned), and the batch "
                        "of a step is drawn from all of them; set local"));
  EXPECT_THAT(told({{"parts", 2}}), HasSubstr("local.parts: 2, but each of the 3 workers with rows is a part"));
  EXPECT_EQ(told({{"parts", 3}}), "");
  const auto model = process.Run("train", SiteSettings(), {{"input", pinned}});
  ASSERT_TRUE(model.ok()) << model.status();
  const auto rows = process.Run("infer", {{"model", "fit.model"}}, {{"input", pinned}, {"model", model->at("model")}});
  EXPECT_THAT(std::string(rows.status().message()), HasSubstr("and so do predictions; name a reducer that sums up"));
}

}  // namespace
}  // namespace mote::testing
