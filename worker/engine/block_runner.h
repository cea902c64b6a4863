// Runs the tasks of one block and folds their results with the fixed tree.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/cost.h"
#include "common/digest.h"
#include "common/failure.h"
#include "common/fold.h"
#include "common/ledger/task_columns.h"
#include "common/session_limits.h"
#include "worker/engine/block_order.h"
#include "worker/engine/engine_context.h"
#include "worker/engine/pass_table.h"
#include "worker/engine/peak_memory.h"
#include "worker/engine/task_clock.h"
#include "worker/engine/task_meter.h"
#include "worker/wire/task_mark.h"

namespace mote::engine {

// A finished prefix of the block: whole, cut short by `fault`, or shortened.
struct BlockResult {
  std::vector<Node> nodes;
  Cost cost;
  std::string task_columns;  // of the tasks that ran, in order
  std::optional<Failure> fault;
  std::optional<Digest> missing;  // the blob whose absence is the fault
  std::vector<Digest> stored;     // blobs that the nodes may refer to
  bool cancelled = false;         // nothing is to be reported
  int64_t began_ns = 0;           // MonotonicNanoseconds() when it was taken up
};

// What a failed task's status means to the coordinator (kernel.h lists the codes).
FaultKind FaultKindOf(const absl::Status& status);

// All nodes of a report together; a longer prefix is cut to what fits, and the
// rest is run again. A whole block is one node, of 64 KiB at most. With the columns of its
// tasks it fits a control message.
inline constexpr int64_t kReportBytesMax = 80 << 10;
static_assert(kReportBytesMax + TaskColumnsWriter::kEncodedBytesMax <= kControlBytesMax - (16 << 10));

// Not thread-safe: belongs to the compute thread. Exceptions of kernels end here.
class BlockRunner {
 public:
  // `end_max`: no task from there on is begun; a block that it cuts ends with the
  // prefix that is finished. All must outlive the runner.
  BlockRunner(PassTable& passes, EngineContext& context, wire::TaskMark& mark, const std::atomic<int64_t>& end_max)
      : passes_(passes), context_(context), mark_(mark), end_max_(end_max) {}

  // Never fails: what goes wrong is the result's `fault`.
  BlockResult Run(const BlockOrder& order);

 private:
  absl::StatusOr<OpenPass*> Open(uint64_t pass);
  absl::Status RunTasks(OpenPass& pass, int64_t end, BlockFold& fold);
  absl::StatusOr<std::vector<Node>> TakeNodes(BlockFold& fold, const Reducer& reducer);
  int64_t MemoryOf(int64_t started);
  // What is beyond is left to another lease: it was shortened, or the columns are full.
  bool IsShortened(int64_t task) const { return task >= end_max_.load(std::memory_order_relaxed) || columns_.full(); }

  PassTable& passes_;
  EngineContext& context_;
  wire::TaskMark& mark_;
  const std::atomic<int64_t>& end_max_;
  TaskClock clock_;
  PeakMemory peak_memory_;
  int64_t memory_read_ = 0;  // when
  TaskColumnsWriter columns_;
};

}  // namespace mote::engine
