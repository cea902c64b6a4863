// `prepare` over the text of a CSV file.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

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

inline Json DocumentOf(const Output& output) { return Json::parse(output.content.bytes); }

}  // namespace mote::testing
