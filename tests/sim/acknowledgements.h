// Whether a worker's reports are acknowledged.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "absl/time/time.h"

namespace mote::sim {

class Acknowledgements {
 public:
  // Looks now at what the worker waits for on `stream` (0: none). False: it has waited
  // for one of them for more than a minute in which the stream did not change.
  bool Check(uint64_t stream, const std::vector<uint64_t>& leases, absl::Time now);

 private:
  uint64_t stream_ = 0;
  std::map<uint64_t, absl::Time> since_;  // by lease
};

}  // namespace mote::sim
