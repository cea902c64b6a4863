#include "coordinator/plan/tree_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/bin_edges.h"
#include "common/json.h"

namespace mote::coordinator {
namespace {

constexpr int64_t kRowsPerSketchTask = 16384;
// Quantiles are found among about so many rows: their ranks err by 1/√n, far less than a bin.
constexpr int64_t kSampleRows = 200'000;

PassSpec RowsPass(const Output& table, std::string kernel, Json parameters) {
  PassSpec pass;
  pass.kernel = std::move(kernel);
  parameters["rows_per_task"] = kRowsPerSketchTask;
  pass.parameters = parameters.dump();
  pass.task_count = std::max<int64_t>((table.rows + kRowsPerSketchTask - 1) / kRowsPerSketchTask, 1);
  pass.inputs.emplace("input", table.content);
  return pass;
}

}  // namespace

absl::Status CheckTreeFeatures(const TrainTable& table) {
  if (table.width >= 1 && table.width <= kTreeFeaturesMax) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("input: x has ", table.width, " features; trees take 1 to ",
                                                 kTreeFeaturesMax, ": leave some out with drop_columns of prepare"));
}

PassSpec SketchPass(const Output& table, int64_t bins) {
  PassSpec pass = RowsPass(table, "trees.sketch", {{"every", std::max<int64_t>(table.rows / kSampleRows, 1)}});
  pass.reducer = "value_sketch";
  pass.reducer_parameters = Json{{"bins", bins}}.dump();
  pass.label = "quantiles";
  return pass;
}

PassSpec BinPass(const Output& table, const Value& edges) {
  PassSpec pass = RowsPass(table, "trees.bin", Json::object());
  pass.reducer = "concat";
  pass.inputs.emplace("edges", edges);
  pass.label = "bins";
  return pass;
}

}  // namespace mote::coordinator
