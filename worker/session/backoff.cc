#include "worker/session/backoff.h"

#include <algorithm>

namespace mote::worker {
namespace {

// The stream of Philox that back-off draws from.
constexpr uint64_t kStream = 0x6261636b;  // "back"
constexpr int kDoublingsMax = 30;

}  // namespace

Backoff::Backoff(absl::Duration first, absl::Duration longest, uint64_t seed)
    : first_(first), longest_(longest), random_(seed, kStream) {}

absl::Duration Backoff::Next() {
  const absl::Duration full = std::min(longest_, first_ * (int64_t{1} << std::min(tries_, kDoublingsMax)));
  ++tries_;
  return full * (0.5 + 0.5 * random_.Uniform(drawn_++));
}

}  // namespace mote::worker
