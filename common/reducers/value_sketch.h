// Which values the elements of a feature vector have, and how often: what quantile
// bins are fitted on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/bin_edges.h"
#include "common/reducers/reducer_entry.h"

namespace mote {

// A column with more distinct values than this is thinned to half as many points,
// each standing for the values up to it; ranks err by at most one part in
// kSketchPointsMax / 2 at each level of the tree where that happens.
inline constexpr size_t kSketchPointsMax = 4096;

// By column: values in ascending order. Thins *columns where needed.
std::string EncodeSketch(std::vector<std::vector<CountedValue>>* columns);
// InvalidArgument: not a sketch.
absl::StatusOr<std::vector<std::vector<CountedValue>>> DecodeSketch(std::string_view partial);

// Parameters {"bins": at most so many a column}. Finish yields a blob, encoded
// BinEdges. Internal: forest and boost name it, job files cannot.
ReducerEntry ValueSketchEntry();

}  // namespace mote
