// The numbers of a row that came from one column of the raw data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mote::coordinator {

struct FeatureGroup {
  std::string name;
  std::vector<int64_t> numbers;
  bool operator==(const FeatureGroup&) const = default;
};

// Names as prepare gives them: "job=skilled" and "job#3" are of "job". Neighbours alone
// make a group.
std::vector<FeatureGroup> GroupFeatures(const std::vector<std::string>& names);

}  // namespace mote::coordinator
