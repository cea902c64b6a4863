// What splits on each feature gained, over all trees of a model.
#pragma once

#include "common/json.h"
#include "worker/engine/trees/tree_model.h"

namespace mote::engine {

// {"kind", "trees", "leaves", "features": [{"feature": name or index, "gain"}, …]}, the
// greatest first, of equals the first; gains as shares of their sum.
Json GainDocument(const TreeModel& model);

}  // namespace mote::engine
