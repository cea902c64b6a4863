#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "common/json.h"
#include "tests/testing/in_process.h"
#include "tests/torch/prepared_table.h"
#include "tests/torch/torch_options.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kNumbers = 5, kKnown = 2;

class IntegratedGradients : public ::testing::Test {
 protected:
  std::map<std::string, Output> Inputs() {
    const Output rows = process_.MakeTable(PreparedTable(300, kNumbers, kKnown, 1), 70);
    const Json network{{"mlp", {{"hidden", {16}}, {"activation", "tanh"}}}};
    auto trained = process_.Run("train", {{"model", network}, {"epochs", 5}, {"batch_size", 30}}, {{"input", rows}});
    return {{"input", process_.MakeTable(PreparedTable(90, kNumbers, kKnown, 2), 40)},
            {"model", trained.value().at("model")}};
  }

  absl::StatusOr<Output> Attribute(const std::map<std::string, Output>& inputs, Json more = Json::object(),
                                   int64_t task_rows = 32) {
    Json parameters{{"model", "fit.model"}, {"keep", {"label"}}};
    parameters.update(more);
    auto outputs = process_.Run("integrated_gradients", parameters, inputs, {.rows = task_rows});
    if (!outputs.ok()) return outputs.status();
    return outputs->at("result");
  }

  struct Row {
    std::vector<float> scores, attributions;
    float baseline = 0;
  };

  std::vector<Row> RowsOf(const Output& output) {
    const Table table = process_.Rows(output);
    const TableView view = TableView::Open(table.schema, table.rows, table.bytes).value();
    const auto floats = [&](int64_t row, const char* name) {
      const std::string_view cell = view.Cell(row, *table.schema.Find(name));
      std::vector<float> values(cell.size() / sizeof(float));
      std::memcpy(values.data(), cell.data(), cell.size());
      return values;
    };
    std::vector<Row> rows;
    for (int64_t row = 0; row < table.rows; ++row) {
      rows.push_back({floats(row, "scores"), floats(row, "attributions"), floats(row, "baseline")[0]});
    }
    return rows;
  }

  InProcess process_{TorchOptions(1)};
};

TEST_F(IntegratedGradients, AddUpToWhatTheRowChanged) {
  const auto result = Attribute(Inputs(), {{"steps", 200}});
  ASSERT_TRUE(result.ok()) << result.status();
  const std::vector<Row> rows = RowsOf(*result);
  ASSERT_EQ(rows.size(), 90U);
  for (const Row& row : rows) {
    ASSERT_EQ(row.attributions.size(), static_cast<size_t>(kNumbers));
    double sum = 0;
    for (const float attribution : row.attributions) sum += attribution;
    EXPECT_NEAR(sum, row.scores.back() - row.baseline, 1e-4);
  }
}

TEST_F(IntegratedGradients, OfTwoClassesAreOpposite) {
  const auto inputs = Inputs();
  const std::vector<Row> last = RowsOf(*Attribute(inputs)), first = RowsOf(*Attribute(inputs, {{"class", 0}}));
  for (size_t row = 0; row < last.size(); ++row) {
    for (size_t i = 0; i < kNumbers; ++i) EXPECT_NEAR(last[row].attributions[i], -first[row].attributions[i], 1e-5);
    EXPECT_NEAR(last[row].baseline + first[row].baseline, 1, 1e-5);
  }
}

TEST_F(IntegratedGradients, WhatHasNoneIsRefused) {
  const auto message = [](const auto& result) { return std::string(result.status().message()); };
  auto inputs = Inputs();
  EXPECT_THAT(message(Attribute(inputs, {{"steps", 0}})), HasSubstr("steps: 0 is not in 1 to 10000"));
  EXPECT_THAT(message(Attribute(inputs, {{"class", -2}})), HasSubstr("class: -2 is the place of no class"));
  EXPECT_THAT(message(Attribute(inputs, {{"class", 2}})), HasSubstr("class: 2 is none of the model's, 0 to 1"));
  inputs["model"] = process_.Run("forest", {{"trees", 2}}, {{"input", inputs.at("input")}}).value().at("model");
  EXPECT_THAT(message(Attribute(inputs)), HasSubstr("is of trees, and gradients are of a network that train made"));
}

}  // namespace
}  // namespace mote::testing
