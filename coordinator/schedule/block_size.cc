#include "coordinator/schedule/block_size.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace mote::coordinator {
namespace {

constexpr absl::Duration kBlockDurationMax = absl::Milliseconds(100);
// About fifty dispatches: below this, balance is not worth another round trip.
constexpr absl::Duration kBlockDurationMin = absl::Milliseconds(5);

// What each task took fits into the block's report (common/ledger/task_columns.h).
constexpr int64_t kBlockTasksMax = int64_t{1} << 18;

int FloorLog2(int64_t n) { return n <= 1 ? 0 : std::bit_width(static_cast<uint64_t>(n)) - 1; }

}  // namespace

int ChooseBlockLevel(const BlockDemand& demand) {
  if (demand.task_duration <= absl::ZeroDuration()) return 0;
  const int64_t most = std::max<int64_t>(1, kBlockDurationMax / demand.task_duration);
  const int64_t least = std::max<int64_t>(1, kBlockDurationMin / demand.task_duration);
  const int64_t even_share = std::max<int64_t>(1, demand.pending_tasks / std::max<int64_t>(1, demand.slots));
  // Half of it, so that the slots end together; where there is one, it ends by itself.
  const int64_t guided = demand.slots > 1 ? std::max<int64_t>(1, even_share / 2) : even_share;
  const int64_t tasks = std::min({most, std::max(guided, least), even_share, kBlockTasksMax});
  return FloorLog2(std::max<int64_t>(1, tasks));
}

}  // namespace mote::coordinator
