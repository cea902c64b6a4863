#include "tests/sim/acknowledgements.h"

#include <utility>

namespace mote::sim {

bool Acknowledgements::Check(uint64_t stream, const std::vector<uint64_t>& leases, absl::Time now) {
  std::map<uint64_t, absl::Time> since;
  bool in_time = true;
  if (stream != 0) {
    for (const uint64_t lease : leases) {
      const auto before = since_.find(lease);
      since[lease] = stream == stream_ && before != since_.end() ? before->second : now;
      if (now - since[lease] > absl::Minutes(1)) in_time = false;
    }
  }
  since_ = std::move(since);
  stream_ = stream;
  return in_time;
}

}  // namespace mote::sim
