#pragma once

#include "absl/time/time.h"

namespace mote::worker {

// How long a lease had its slot, until now.
struct SlotTurn {
  absl::Duration held;
  absl::Duration handed;  // since an engine was there that it was handed to
};

}  // namespace mote::worker
