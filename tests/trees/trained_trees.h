// `forest` and `boost` over small tables, for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"
#include "tests/testing/in_process.h"
#include "tests/torch/prepared_table.h"
#include "worker/engine/trees/tree_model.h"

namespace mote::testing {

struct TrainedTrees {
  std::string model;
  Json gain;
  Json history;
};

// Runs the operation with blocks of 2^block_level tasks.
inline absl::StatusOr<TrainedTrees> TrainTrees(const std::string& operation, const Json& parameters, const Table& table,
                                               InProcessOptions options = {}, const Table* validate = nullptr,
                                               int64_t task_rows = 0) {
  InProcess process(options);
  std::map<std::string, Output> inputs{{"input", process.MakeTable(table, 37)}};
  if (validate != nullptr) inputs.emplace("validate", process.MakeTable(*validate, 23));
  auto outputs = process.Run(operation, parameters, inputs, {.rows = task_rows});
  if (!outputs.ok()) return outputs.status();
  TrainedTrees trained;
  trained.model = process.Content(outputs->at("model"));
  trained.gain = Json::parse(process.Content(outputs->at("gain")));
  if (outputs->contains("history")) trained.history = Json::parse(process.Content(outputs->at("history")));
  return trained;
}

inline std::shared_ptr<const engine::TreeModel> Parse(const std::string& model) {
  auto parsed = engine::TreeModel::Parse(model);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return *parsed;
}

// Columns x and label of a PreparedTable.
struct Examples {
  std::vector<std::vector<float>> x;
  std::vector<int64_t> labels;
};

inline Examples ExamplesOf(const Table& table) {
  const TableView view = TableView::Open(table.schema, table.rows, table.bytes).value();
  Examples examples;
  for (int64_t row = 0; row < table.rows; ++row) {
    std::vector<float> x(static_cast<size_t>(table.schema.columns[1].width));
    std::memcpy(x.data(), view.Cell(row, 1).data(), view.Cell(row, 1).size());
    examples.x.push_back(std::move(x));
    examples.labels.push_back(static_cast<int64_t>(view.Number(row, 2)));
  }
  return examples;
}

inline std::vector<float> ScoresOf(const engine::TreeModel& model, const std::vector<float>& x) {
  std::vector<uint8_t> bins(x.size());
  std::vector<float> scores(static_cast<size_t>(model.score_width()));
  model.Score(x.data(), bins.data(), scores.data());
  return scores;
}

inline double AccuracyOf(const engine::TreeModel& model, const Table& table) {
  const Examples examples = ExamplesOf(table);
  int64_t right = 0;
  for (size_t i = 0; i < examples.x.size(); ++i) {
    const std::vector<float> scores = ScoresOf(model, examples.x[i]);
    right += std::max_element(scores.begin(), scores.end()) - scores.begin() == examples.labels[i];
  }
  return static_cast<double>(right) / static_cast<double>(examples.x.size());
}

}  // namespace mote::testing
