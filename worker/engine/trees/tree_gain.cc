#include "worker/engine/trees/tree_gain.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace mote::engine {

Json GainDocument(const TreeModel& model) {
  std::vector<double> gains(static_cast<size_t>(model.width()));
  int64_t leaves = 0;
  for (const TreeView& tree : model.trees()) {
    leaves += tree.leaves;
    for (size_t i = 0; i < gains.size(); ++i) gains[i] += tree.gain(static_cast<int64_t>(i));
  }
  const double total = std::accumulate(gains.begin(), gains.end(), 0.0);
  std::vector<size_t> order(gains.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return gains[a] > gains[b]; });
  Json features = Json::array();
  const std::vector<std::string>& names = model.head().features;
  for (const size_t i : order) {
    const Json name = i < names.size() ? Json(names[i]) : Json(i);
    features.push_back({{"feature", name}, {"gain", total > 0 ? gains[i] / total : 0.0}});
  }
  return {{"kind", model.head().kind},
          {"trees", model.trees().size()},
          {"leaves", leaves},
          {"features", std::move(features)}};
}

}  // namespace mote::engine
