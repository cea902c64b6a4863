#include "coordinator/plan/feature_groups.h"

#include <string_view>
#include <utility>

namespace mote::coordinator {

std::vector<FeatureGroup> GroupFeatures(const std::vector<std::string>& names) {
  std::vector<FeatureGroup> groups;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    // A bucket's name ends with its number, a category's may hold anything.
    const size_t equals = name.find('=');
    const size_t bucket = name.find_last_not_of("0123456789");
    const bool hashed = bucket != std::string_view::npos && bucket + 1 < name.size() && name[bucket] == '#';
    std::string column(name.substr(0, equals != std::string_view::npos ? equals : hashed ? bucket : name.size()));
    const bool whole = column.size() == name.size();
    if (whole || groups.empty() || groups.back().name != column) groups.push_back({std::move(column), {}});
    groups.back().numbers.push_back(static_cast<int64_t>(i));
  }
  return groups;
}

}  // namespace mote::coordinator
