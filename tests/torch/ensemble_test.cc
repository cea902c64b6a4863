#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "tests/testing/in_process.h"
#include "tests/torch/prepared_table.h"
#include "tests/torch/torch_options.h"
#include "worker/engine/ensemble_file.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kWidth = 4, kKinds = 3;

class Ensemble : public ::testing::Test {
 protected:
  Output Table(uint64_t seed, int64_t rows = 240, int64_t features = kWidth) {
    return process_.MakeTable(PreparedTable(rows, features, kKinds, seed), 50);
  }

  Output Model(const std::string& operation, const Json& parameters, const Output& table) {
    return process_.Run(operation, parameters, {{"input", table}}).value().at("model");
  }

  // A forest and an MLP that learnt from other rows than `input`.
  std::map<std::string, Output> Inputs() {
    const Output rows = Table(1);
    return {{"input", Table(2)},
            {"models[0]", Model("forest", {{"trees", 5}, {"depth", 3}}, rows)},
            {"models[1]",
             Model("train", {{"model", {{"mlp", {{"hidden", {8}}}}}}, {"epochs", 2}, {"batch_size", 60}}, rows)}};
  }

  absl::StatusOr<std::map<std::string, Output>> Blend(const std::map<std::string, Output>& inputs,
                                                      Json more = Json::object()) {
    Json parameters{{"models", {"grow.model", "fit.model"}}};
    parameters.update(more);
    return process_.Run("ensemble", parameters, inputs, {.rows = 64});
  }

  // Rows of (label, score of each class) that the model gives.
  std::vector<std::pair<int64_t, std::vector<float>>> Scores(const Output& model, const Output& table) {
    const Json parameters{{"model", "m.model"}, {"keep", {"label"}}};
    auto outputs = process_.Run("infer", parameters, {{"input", table}, {"model", model}}, {.rows = 64});
    EXPECT_TRUE(outputs.ok()) << outputs.status();
    const mote::Table rows = process_.Rows(outputs->at("result"));
    const TableView view = TableView::Open(rows.schema, rows.rows, rows.bytes).value();
    std::vector<std::pair<int64_t, std::vector<float>>> scores;
    for (int64_t row = 0; row < rows.rows; ++row) {
      std::vector<float> of_row(kKinds);
      std::memcpy(of_row.data(), view.Cell(row, 2).data(), view.Cell(row, 2).size());
      scores.emplace_back(static_cast<int64_t>(view.Number(row, 0)), of_row);
    }
    return scores;
  }

  double LogLoss(const Output& model, const Output& table) {
    const auto scores = Scores(model, table);
    double sum = 0;
    for (const auto& [label, of_row] : scores) sum -= std::log(std::max(1e-12F, of_row[static_cast<size_t>(label)]));
    return sum / static_cast<double>(scores.size());
  }

  InProcess process_{TorchOptions(1)};
};

TEST_F(Ensemble, ScoresAreTheWeightedSumOfItsModels) {
  const auto inputs = Inputs();
  const auto outputs = Blend(inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Json weights = Json::parse(process_.Content(outputs->at("weights")));
  const double first = weights["models"][0]["weight"], second = weights["models"][1]["weight"];
  EXPECT_NEAR(first + second, 1, 1e-12);
  EXPECT_EQ(weights["models"][1]["name"], "fit.model");
  const Output rows = Table(3, 100);
  const auto mixed = Scores(outputs->at("model"), rows);
  const auto grown = Scores(inputs.at("models[0]"), rows), fitted = Scores(inputs.at("models[1]"), rows);
  ASSERT_EQ(mixed.size(), 100U);
  for (size_t row = 0; row < mixed.size(); ++row) {
    for (size_t c = 0; c < kKinds; ++c) {
      EXPECT_NEAR(mixed[row].second[c], first * grown[row].second[c] + second * fitted[row].second[c], 1e-6);
    }
  }
}

// Published models are told by their format, as those of stages.
TEST_F(Ensemble, PublishedModelsAreModelsToo) {
  auto inputs = Inputs();
  const auto blended = Blend(inputs);
  ASSERT_TRUE(blended.ok()) << blended.status();
  for (const char* path : {"models[0]", "models[1]"}) {
    const auto bundle =
        process_.Run("publish", {{"name", "credit/model"}, {"model", "fit.model"}}, {{"model", inputs.at(path)}});
    ASSERT_TRUE(bundle.ok()) << bundle.status();
    inputs.at(path) = bundle->at("model");
  }
  const auto again = Blend(inputs);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(process_.Content(again->at("model")), process_.Content(blended->at("model")));
}

TEST_F(Ensemble, TheWeightsMakeTheRowsMostProbable) {
  const auto inputs = Inputs();
  const auto outputs = Blend(inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Json weights = Json::parse(process_.Content(outputs->at("weights")));
  EXPECT_NEAR(weights["log_loss"].get<double>(), LogLoss(outputs->at("model"), inputs.at("input")), 1e-5);
  EXPECT_NEAR(weights["models"][0]["log_loss"].get<double>(), LogLoss(inputs.at("models[0]"), inputs.at("input")),
              1e-5);
  EXPECT_LE(weights["log_loss"].get<double>(), weights["equal_log_loss"].get<double>());
  // No other weights are better: the loss is convex, so neighbours tell.
  const auto grown = Scores(inputs.at("models[0]"), inputs.at("input"));
  const auto fitted = Scores(inputs.at("models[1]"), inputs.at("input"));
  const auto loss_with = [&](double first) {
    double sum = 0;
    for (size_t row = 0; row < grown.size(); ++row) {
      const auto label = static_cast<size_t>(grown[row].first);
      sum -= std::log(first * std::max(1e-12F, grown[row].second[label]) +
                      (1 - first) * std::max(1e-12F, fitted[row].second[label]));
    }
    return sum / static_cast<double>(grown.size());
  };
  const double found = weights["models"][0]["weight"];
  for (const double other : {found - 0.02, found + 0.02, 0.01, 0.99}) {
    if (other < 0 || other > 1) continue;
    EXPECT_GE(loss_with(other), loss_with(found) - 1e-6) << other << " against " << found;
  }
}

TEST_F(Ensemble, WithoutStepsEachWeighsTheSame) {
  const auto outputs = Blend(Inputs(), {{"steps", 0}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Json weights = Json::parse(process_.Content(outputs->at("weights")));
  EXPECT_EQ(weights["steps"], 0);
  EXPECT_EQ(weights["models"][0]["weight"], 0.5);
  EXPECT_EQ(weights["log_loss"], weights["equal_log_loss"]);
}

TEST_F(Ensemble, WhatDoesNotFitIsRefused) {
  const auto message = [](const auto& result) { return std::string(result.status().message()); };
  auto inputs = Inputs();
  const Output whole = Blend(inputs)->at("model");
  EXPECT_THAT(message(Blend(inputs, {{"models", {"grow.model"}}})), HasSubstr("models: 1 are not 2 to 64"));
  EXPECT_THAT(message(Blend(inputs, {{"steps", -1}})), HasSubstr("steps: -1"));
  EXPECT_THAT(message(Blend(inputs, {{"label", "row"}})), HasSubstr("is none of the 3 classes"));
  inputs["models[1]"] = Model("forest", {{"trees", 2}}, Table(1, 100, kWidth + 1));
  EXPECT_THAT(message(Blend(inputs)), HasSubstr("takes one batch of 5 features"));
  inputs["models[1]"] = whole;
  EXPECT_THAT(message(Blend(inputs)), HasSubstr("models[1]: \"fit.model\" is not a model of train, forest or boost"));
}

TEST(EnsembleFile, ReadsWhatWasWrittenAndRefusesTheRest) {
  const std::vector<engine::EnsembleMember> members = {{"trees", "a.model", 0.25, "first"},
                                                       {"native", "b.model", 0.75, "second model"}};
  const std::string file = engine::WriteEnsemble(members);
  const auto read = engine::ReadEnsemble(file);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[1].name, "b.model");
  EXPECT_EQ((*read)[1].weight, 0.75);
  EXPECT_EQ((*read)[1].bytes, "second model");
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_FALSE(engine::ReadEnsemble(file.substr(0, size)).ok()) << size;
  EXPECT_FALSE(engine::ReadEnsemble(file + "x").ok());
  const auto message = [](std::vector<engine::EnsembleMember> wrong) {
    return std::string(engine::ReadEnsemble(engine::WriteEnsemble(wrong)).status().message());
  };
  EXPECT_THAT(message({}), HasSubstr("it has no models"));
  EXPECT_THAT(message({{"trees", "a", 0.5, ""}}), HasSubstr("its weights add up to 0.5"));
  EXPECT_THAT(message({{"trees", "a", 2, ""}, {"trees", "b", -1, ""}}), HasSubstr("a weight is -1"));
}

}  // namespace
}  // namespace mote::testing
