// What forest and boost do with their tables first: quantile bins from a sample of the
// rows, then every row as bins, one byte a feature.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/output.h"
#include "common/pass_spec.h"
#include "common/value.h"
#include "coordinator/plan/train_table.h"

namespace mote::coordinator {

// InvalidArgument: more features than trees can name.
absl::Status CheckTreeFeatures(const TrainTable& table);

// Finds the edges of at most `bins` bins a feature: its output is encoded BinEdges.
PassSpec SketchPass(const Output& table, int64_t bins);

// The rows of `table` as bins, by those edges: its output is a table.
PassSpec BinPass(const Output& table, const Value& edges);

}  // namespace mote::coordinator
