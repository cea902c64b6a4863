#include "worker/engine/block_runner.h"

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/wire/monotonic.h"

namespace mote::engine {
namespace {

// Turns what a kernel throws into a status: no exception passes this line.
template <class F>
absl::Status Guarded(const F& call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("out of memory: an allocation failed");
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("the kernel threw: ", error.what()));
  } catch (...) {
    return absl::InternalError("the kernel threw something that is not a std::exception");
  }
}

// Memory is looked at after blocks of a millisecond and more, and of others each hundredth
// of a second.
constexpr int64_t kLooksAtLeastNs = 1'000'000;
constexpr int64_t kLooksApartNs = 10'000'000;

// What is too large to travel in a report goes to the store.
void StoreLarge(std::vector<Node>& nodes, BlobSink& blobs) {
  for (Node& node : nodes) {
    if (!node.partial || static_cast<int64_t>(node.partial->size()) <= kInlineBytesMax) continue;
    node.artifact = StoreArtifact(*std::move(node.partial), blobs);
    node.partial.reset();
  }
}

// Keeps the longest prefix that fits into one report.
void CutToReport(std::vector<Node>& nodes) {
  int64_t bytes = 0;
  const auto over = std::find_if(nodes.begin(), nodes.end(), [&bytes](const Node& node) {
    bytes += 32 + (node.partial ? static_cast<int64_t>(node.partial->size()) : 0);
    return bytes > kReportBytesMax;
  });
  nodes.erase(over, nodes.end());
}

}  // namespace

FaultKind FaultKindOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return FaultKind::kUnavailable;
    case absl::StatusCode::kResourceExhausted:
      return FaultKind::kOutOfMemory;
    case absl::StatusCode::kAborted:
      return FaultKind::kDevice;
    case absl::StatusCode::kDataLoss:
      return FaultKind::kInputChanged;
    default:
      return FaultKind::kApplication;
  }
}

BlockResult BlockRunner::Run(const BlockOrder& order) {
  BlockResult result;
  result.began_ns = wire::MonotonicNanoseconds();
  context_.BeginBlock();
  columns_.Clear();
  const PassSpec* const spec = passes_.Find(order.pass);
  if (spec == nullptr) {
    result.fault = Failure{FaultKind::kUnavailable, -1, "the engine was not told of this block's pass", "", ""};
    return result;
  }
  // Measuring a block takes time of its slot: it counts as encoding what was measured.
  clock_.Align();
  peak_memory_.Reset();
  const int64_t started = clock_.Now();
  BlockFold fold(order.block, spec->task_count);
  mark_.task.store(order.block.begin(), std::memory_order_relaxed);
  mark_.started_ns.store(started, std::memory_order_relaxed);
  mark_.lease.store(order.lease, std::memory_order_release);
  const absl::StatusOr<OpenPass*> pass = Open(order.pass);
  absl::Status status = pass.ok() ? RunTasks(**pass, order.block.end(spec->task_count), fold) : pass.status();
  mark_.lease.store(0, std::memory_order_release);

  int64_t guilty = mark_.task.load(std::memory_order_relaxed);
  if (pass.ok()) {
    if (absl::StatusOr<std::vector<Node>> nodes = TakeNodes(fold, *(*pass)->reducer); nodes.ok()) {
      result.nodes = *std::move(nodes);
    } else if (status.ok()) {
      status = nodes.status();
      guilty = order.block.size(spec->task_count) == 1 ? guilty : -1;
    }
  }
  const int64_t wall_ns = clock_.Now() - started;
  Cost& cost = context_.cost();
  cost.phase_ns[static_cast<size_t>(Phase::kCompute)] += std::max<int64_t>(0, wall_ns - context_.phase_ns());
  result.task_columns = columns_.Encode();
  cost.memory_bytes = MemoryOf(started);
  cost.phase_ns[static_cast<size_t>(Phase::kEncode)] +=
      std::max<int64_t>(0, started - result.began_ns) + clock_.Now() - started - wall_ns;
  result.cost = std::move(cost);
  result.stored = context_.TakeStored();
  result.cancelled = !status.ok() && (absl::IsCancelled(status) || context_.cancelled());
  if (!status.ok() && !result.cancelled) {
    result.fault = Failure{FaultKindOf(status), guilty, std::string(status.message()), "", ""};
    if (absl::IsUnavailable(status)) result.missing = context_.missing();
  }
  CutToReport(result.nodes);
  return result;
}

// Of short blocks only some are looked at: it would be a part of their time.
int64_t BlockRunner::MemoryOf(int64_t started) {
  const int64_t now = clock_.Now();
  if (now - started < kLooksAtLeastNs && now - memory_read_ < kLooksApartNs) return 0;
  memory_read_ = now;
  return peak_memory_.Read();
}

absl::StatusOr<std::vector<Node>> BlockRunner::TakeNodes(BlockFold& fold, const Reducer& reducer) {
  std::vector<Node> nodes;
  MOTE_RETURN_IF_ERROR(Guarded([&]() -> absl::Status {
    MOTE_ASSIGN_OR_RETURN(nodes, fold.Take(reducer, context_.blobs()));
    StoreLarge(nodes, context_.partials());
    return absl::OkStatus();
  }));
  MOTE_RETURN_IF_ERROR(context_.store_status());
  return nodes;
}

absl::StatusOr<OpenPass*> BlockRunner::Open(uint64_t pass) {
  OpenPass* opened = nullptr;
  MOTE_RETURN_IF_ERROR(Guarded([&]() -> absl::Status {
    MOTE_ASSIGN_OR_RETURN(opened, passes_.Open(pass, context_));
    if (context_.has_stored()) {
      // A later attempt of the block, with the pass open, would tell nobody of it.
      return absl::InternalError(absl::StrCat("kernel ", opened->spec.kernel,
                                              " stored a blob when it was opened; "
                                              "only what a task stores is put: store it in RunTask"));
    }
    return absl::OkStatus();
  }));
  return opened;
}

// The inner loop of mote: a few stores, one clock reading and the fold per task.
absl::Status BlockRunner::RunTasks(OpenPass& pass, int64_t end, BlockFold& fold) {
  Cost& cost = context_.cost();
  TaskMeter meter(context_);
  int64_t before = clock_.Now();
  for (int64_t task = fold.next_task(); task < end; ++task) {
    if (context_.cancelled()) return absl::CancelledError("the lease was revoked");
    if (IsShortened(task)) return absl::OkStatus();
    mark_.started_ns.store(before, std::memory_order_relaxed);
    mark_.task.store(task, std::memory_order_relaxed);
    std::string partial;
    MOTE_RETURN_IF_ERROR(Guarded([&] { return pass.kernel->RunTask(task, context_, &partial); }));
    MOTE_RETURN_IF_ERROR(context_.store_status());
    MOTE_RETURN_IF_ERROR(Guarded([&] { return fold.Push(std::move(partial), *pass.reducer, context_.blobs()); }));
    const int64_t now = clock_.Now();
    cost.task_ns.Add(now - before);
    ++cost.tasks;
    meter.EndTask(now - before, columns_);
    before = now;
  }
  return absl::OkStatus();
}

}  // namespace mote::engine
