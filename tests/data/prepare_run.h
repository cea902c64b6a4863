// `prepare` over the text of a CSV file.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/json.h"
#include "tests/testing/in_process.h"

namespace mote::testing {

using Outputs = std::map<std::string, Output>;

// Index and prepare, which must succeed.
inline Outputs Prepare(InProcess& cluster, const std::string& text, const Json& parameters, int64_t rows_per_task = 0) {
  const absl::StatusOr<Output> input = cluster.Index(text, "csv", 97, 1000);
  EXPECT_TRUE(input.ok()) << input.status();
  coordinator::TaskShape tasks;
  tasks.rows = rows_per_task;
  absl::StatusOr<Outputs> outputs = cluster.Run("prepare", parameters, {{"input", *input}}, tasks);
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  return outputs.ok() ? *std::move(outputs) : Outputs();
}

// The result of an operation on `input` and the table that its parameter `with` names.
inline absl::StatusOr<Output> RunWith(InProcess& cluster, const std::string& operation, const Output& input,
                                      const Output& with, Json parameters, int64_t rows_per_task = 2) {
  coordinator::TaskShape tasks;
  tasks.rows = rows_per_task;
  parameters["with"] = "other";
  absl::StatusOr<Outputs> outputs = cluster.Run(operation, parameters, {{"input", input}, {"with", with}}, tasks);
  if (!outputs.ok()) return outputs.status();
  return outputs->at("result");
}

inline Json DocumentOf(const Output& output) { return Json::parse(output.content.bytes); }

// Feature `feature` of every row of a prepared table.
inline std::vector<float> FeatureOf(InProcess& cluster, const Output& output, int64_t feature = 0) {
  const Table table = cluster.Rows(output);
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  std::vector<float> values;
  for (int64_t row = 0; row < table.rows; ++row) values.push_back(static_cast<float>(view.Number(row, 1, feature)));
  return values;
}

}  // namespace mote::testing
