#include "worker/engine/block_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/json.h"
#include "common/ledger/task_columns.h"
#include "tests/worker/temporary_directory.h"

namespace mote::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Task = std::function<absl::Status(int64_t, TaskContext&, std::string*)>;

class FakeKernel final : public Kernel {
 public:
  explicit FakeKernel(Task task) : task_(std::move(task)) {}
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec&, const EngineOptions&,
                                                   TaskContext& context) override {
    if (stores_when_opened) context.blobs().Store("too early");
    if (!open_status.ok()) return open_status;
    return std::make_unique<Pass>(task_);
  }
  bool stores_when_opened = false;
  absl::Status open_status;

 private:
  class Pass final : public PassKernel {
   public:
    explicit Pass(const Task& task) : task_(task) {}
    absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
      return task_(task, context, partial);
    }

   private:
    const Task& task_;
  };
  const Task task_;
};

// An engine's inside with one pass (number 1) of a kernel made of a function. The
// reducer is `count` over partials of the noop kernel unless given.
class Runner {
 public:
  Runner(int64_t task_count, Task task, std::string kernel = "fake") : library_("/nonexistent.so") {
    auto fake = std::make_unique<FakeKernel>(std::move(task));
    fake_ = fake.get();
    library_.kernels()["fake"] = std::move(fake);
    PassSpec spec;
    spec.kernel = std::move(kernel);
    spec.parameters = R"({"seed":1,"values":4})";
    spec.task_count = task_count;
    spec.reducer = spec.kernel == "random_sum" ? "sum" : "count";
    passes_.Define(1, spec);
  }
  BlockResult Run(Block block) { return BlockRunner(passes_, context_, mark_, end_max).Run({1, 1, block}); }
  FakeKernel& kernel() { return *fake_; }
  wire::TaskMark& mark() { return mark_; }
  std::atomic<bool> cancelled = false;
  std::atomic<int64_t> end_max = std::numeric_limits<int64_t>::max();
  std::function<absl::StatusOr<int64_t>(const Digest&)> fetch = [](const Digest&) -> absl::StatusOr<int64_t> {
    return absl::UnavailableError("nobody has it");
  };
  // One for all tests: making its folders takes a while.
  static BlobFiles& files() {
    static const TemporaryDirectory directory;
    static const std::unique_ptr<BlobFiles> files = *BlobFiles::Open(directory.path());
    return *files;
  }

 private:
  KernelLibrary library_;
  FakeKernel* fake_ = nullptr;
  PassTable passes_{library_, {}};
  EngineContext context_{files(), [this](const Digest& digest) { return fetch(digest); }, cancelled};
  wire::TaskMark mark_{};
};

// A leaf of the reducer `count`: one task.
std::string CountLeaf() {
  static const std::string leaf = [] {
    Runner runner(1, nullptr, "noop");
    return *runner.Run({0, 0}).nodes.at(0).partial;
  }();
  return leaf;
}

absl::Status Succeed(int64_t, TaskContext&, std::string* partial) {
  *partial = CountLeaf();
  return absl::OkStatus();
}

TEST(BlockRunner, EveryPartitionIntoBlocksGivesTheSameRoot) {
  constexpr int64_t kTasks = 45;
  const auto root = [](int level) {
    Runner runner(kTasks, nullptr, "random_sum");
    const std::unique_ptr<Reducer> sum = *MakeReducer("sum", Json::object());
    struct NoBlobs : BlobSink {
      Digest Store(std::string) override { return {}; }
    } blobs;
    Fold fold(kTasks);
    for (Block block{level, 0}; block.begin() < kTasks; ++block.index) {
      for (Node& node : runner.Run(block).nodes) EXPECT_TRUE(fold.Insert(std::move(node), *sum, blobs).ok());
    }
    EXPECT_TRUE(fold.complete());
    return fold.root();
  };
  const NodeValue whole = root(6);
  ASSERT_TRUE(whole.has_value());
  for (int level = 0; level < 6; ++level) EXPECT_EQ(root(level), whole) << "level " << level;
}

TEST(BlockRunner, WholeBlockIsOneNodeAndItsCostCountsEveryTask) {
  Runner runner(100, Succeed);
  const BlockResult result = runner.Run({4, 2});
  EXPECT_FALSE(result.fault.has_value());
  ASSERT_EQ(result.nodes.size(), 1u);
  EXPECT_EQ(result.nodes[0].block, (Block{4, 2}));
  EXPECT_EQ(result.cost.tasks, 16);
  EXPECT_EQ(result.cost.task_ns.count(), 16);
  EXPECT_GT(result.cost.compute_ns(), 0);
}

TEST(BlockRunner, FailedTaskIsNamedAndThePrefixBeforeItIsKept) {
  Runner runner(8, [](int64_t task, TaskContext& context, std::string* partial) {
    return task == 5 ? absl::InvalidArgumentError("row 5 is bad") : Succeed(task, context, partial);
  });
  const BlockResult result = runner.Run({3, 0});
  ASSERT_TRUE(result.fault.has_value());
  EXPECT_EQ(result.fault->kind, FaultKind::kApplication);
  EXPECT_EQ(result.fault->task, 5);
  EXPECT_EQ(result.fault->message, "row 5 is bad");
  ASSERT_EQ(result.nodes.size(), 2u);
  EXPECT_EQ(result.nodes[0].block, (Block{2, 0}));
  EXPECT_EQ(result.nodes[1].block, (Block{0, 4}));
  EXPECT_EQ(result.cost.tasks, 5);
}

TEST(BlockRunner, KernelThatDoesNotOpenBlamesTheFirstTask) {
  Runner runner(8, Succeed);
  runner.kernel().open_status = absl::UnavailableError("no input");
  const BlockResult result = runner.Run({2, 1});
  ASSERT_TRUE(result.fault.has_value());
  EXPECT_EQ(result.fault->kind, FaultKind::kUnavailable);
  EXPECT_EQ(result.fault->task, 4);
}

TEST(BlockRunner, StatusCodesBecomeTheFaultsThatRetryKnows) {
  EXPECT_EQ(FaultKindOf(absl::UnavailableError("")), FaultKind::kUnavailable);
  EXPECT_EQ(FaultKindOf(absl::ResourceExhaustedError("")), FaultKind::kOutOfMemory);
  EXPECT_EQ(FaultKindOf(absl::AbortedError("")), FaultKind::kDevice);
  EXPECT_EQ(FaultKindOf(absl::InternalError("")), FaultKind::kApplication);
}

TEST(BlockRunner, ExceptionsOfAKernelEndAsFaults) {
  Runner runner(3, [](int64_t task, TaskContext&, std::string*) -> absl::Status {
    if (task == 0) throw std::bad_alloc();
    if (task == 1) throw std::runtime_error("shape mismatch");
    throw 7;
  });
  EXPECT_EQ(runner.Run({0, 0}).fault->kind, FaultKind::kOutOfMemory);
  EXPECT_THAT(runner.Run({0, 1}).fault->message, HasSubstr("shape mismatch"));
  EXPECT_EQ(runner.Run({0, 2}).fault->kind, FaultKind::kApplication);
}

TEST(BlockRunner, CancelledBlockReportsNothing) {
  Runner* self = nullptr;
  int ran = 0;
  Runner runner(8, [&](int64_t task, TaskContext& context, std::string* partial) {
    if (++ran == 3) self->cancelled = true;
    return Succeed(task, context, partial);
  });
  self = &runner;
  const BlockResult result = runner.Run({3, 0});
  EXPECT_TRUE(result.cancelled);
  EXPECT_FALSE(result.fault.has_value());
  EXPECT_EQ(ran, 3);
}

TEST(BlockRunner, PartialThatIsTooLargeForAReportStaysInTheWorkersStore) {
  Runner runner(1, [](int64_t, TaskContext&, std::string* partial) {
    *partial = std::string(kInlineBytesMax + 1, 'x');
    return absl::OkStatus();
  });
  const BlockResult result = runner.Run({0, 0});
  EXPECT_FALSE(result.fault.has_value());
  ASSERT_EQ(result.nodes.size(), 1u);
  EXPECT_FALSE(result.nodes[0].partial.has_value());
  ASSERT_TRUE(result.nodes[0].artifact.has_value());
  EXPECT_EQ(result.nodes[0].artifact->bytes, kInlineBytesMax + 1);
  EXPECT_TRUE(result.stored.empty()) << "it is not to be put at the coordinator";
}

TEST(BlockRunner, MarkNamesTheRunningTaskAndIsIdleAfterwards) {
  Runner* self = nullptr;
  std::vector<std::pair<uint64_t, int64_t>> seen;
  Runner runner(8, [&](int64_t task, TaskContext& context, std::string* partial) {
    seen.emplace_back(self->mark().lease.load(), self->mark().task.load());
    return Succeed(task, context, partial);
  });
  self = &runner;
  runner.Run({1, 3});
  EXPECT_THAT(seen, ElementsAre(std::pair(1, 6), std::pair(1, 7)));
  EXPECT_EQ(runner.mark().lease.load(), 0u);
}

TEST(BlockRunner, TimeOfOtherPhasesIsNotCompute) {
  Runner runner(1, [](int64_t task, TaskContext& context, std::string* partial) {
    context.AddPhase(Phase::kDecode, int64_t{1} << 50);  // longer than the test runs
    return Succeed(task, context, partial);
  });
  const Cost cost = runner.Run({0, 0}).cost;
  EXPECT_EQ(cost.phase_ns[static_cast<size_t>(Phase::kDecode)], int64_t{1} << 50);
  EXPECT_EQ(cost.compute_ns(), 0);
}

TEST(BlockRunner, StoredBlobsAreListedOnceAndAreReadable) {
  Runner runner(4, [](int64_t task, TaskContext& context, std::string* partial) {
    context.blobs().Store("the same bytes");
    return Succeed(task, context, partial);
  });
  const BlockResult result = runner.Run({2, 0});
  EXPECT_THAT(result.stored, ElementsAre(Sha256("the same bytes")));
  EXPECT_EQ((*runner.files().Map(Sha256("the same bytes")))->bytes(), "the same bytes");
}

// What it stored would be missing from the report of the next attempt, for which it stays open.
TEST(BlockRunner, KernelThatStoresWhenItIsOpenedIsAMistake) {
  Runner runner(4, [](int64_t, TaskContext&, std::string*) { return absl::OkStatus(); });
  runner.kernel().stores_when_opened = true;
  const BlockResult result = runner.Run({0, 0});
  ASSERT_TRUE(result.fault.has_value());
  EXPECT_THAT(result.fault->message, HasSubstr("kernel fake stored a blob when it was opened"));
}

TEST(BlockRunner, StoreThatCannotBeWrittenIsNotTheTasksFaultAndIsNamed) {
  const TemporaryDirectory directory;
  const std::unique_ptr<BlobFiles> files = *BlobFiles::Open(directory.path());
  std::filesystem::remove_all(directory.path());
  const std::atomic<bool> cancelled = false;
  EngineContext context(
      *files, [](const Digest&) -> absl::StatusOr<int64_t> { return 0; }, cancelled);
  context.BeginBlock();
  context.blobs().Store("bytes");
  EXPECT_EQ(FaultKindOf(context.store_status()), FaultKind::kUnavailable);
  EXPECT_THAT(std::string(context.store_status().message()), HasSubstr(directory.path()));
  EXPECT_THAT(std::string(context.store_status().message()), HasSubstr("--store-dir"));
}

TEST(BlockRunner, MissingBlobIsFetchedAndItsBytesAreCost) {
  const Digest digest = Sha256("remote");
  std::string read;
  Runner runner(1, [&](int64_t task, TaskContext& context, std::string* partial) {
    std::shared_ptr<const void> keep;
    const auto bytes = context.Read(digest, &keep);
    if (!bytes.ok()) return bytes.status();
    read = std::string(*bytes);
    return Succeed(task, context, partial);
  });
  runner.fetch = [&](const Digest& wanted) -> absl::StatusOr<int64_t> {
    EXPECT_EQ(wanted, digest);
    EXPECT_TRUE(runner.files().Write(wanted, "remote", false).ok());
    return 6;
  };
  EXPECT_EQ(runner.Run({0, 0}).cost.network_bytes, 6);
  EXPECT_EQ(read, "remote");
  EXPECT_EQ(runner.Run({0, 0}).cost.network_bytes, 0);
}

TEST(BlockRunner, BlobThatCannotBeHadIsUnavailableAndNamed) {
  bool forgives = false;
  Runner runner(1, [&](int64_t, TaskContext& context, std::string* partial) {
    std::shared_ptr<const void> keep;
    const absl::Status read = context.Read(Sha256("gone"), &keep).status();
    if (!forgives) return read;
    *partial = CountLeaf();
    return absl::OkStatus();
  });
  const BlockResult result = runner.Run({0, 0});
  EXPECT_EQ(result.fault->kind, FaultKind::kUnavailable);
  EXPECT_EQ(result.missing, Sha256("gone"));

  forgives = true;
  EXPECT_FALSE(runner.Run({0, 0}).missing);
}

TEST(BlockRunner, TheMostMemoryOfABlockIsPartOfItsCost) {
  constexpr size_t kBytes = 64 << 20;
  bool takes = true;
  Runner runner(1, [&](int64_t, TaskContext&, std::string* partial) {
    if (takes) {  // from the kernel and back, not from an allocator that may keep it
      void* const memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      std::memset(memory, 1, kBytes);
      munmap(memory, kBytes);
    }
    *partial = CountLeaf();
    const absl::Time begin = absl::Now();  // long enough to be looked at
    while (absl::Now() - begin < absl::Milliseconds(2)) continue;
    return absl::OkStatus();
  });
  const int64_t large = runner.Run({0, 0}).cost.memory_bytes;
  EXPECT_GT(large, static_cast<int64_t>(kBytes));
  takes = false;
  const int64_t small = runner.Run({0, 0}).cost.memory_bytes;
  EXPECT_GT(small, 0);
  EXPECT_LT(small, large - static_cast<int64_t>(kBytes) / 2) << "each block is measured on its own";
}

TEST(BlockRunner, AnotherFaultThanAMissingBlobNamesNone) {
  Runner runner(2, [&](int64_t, TaskContext& context, std::string*) -> absl::Status {
    std::shared_ptr<const void> keep;
    context.Read(Sha256("gone"), &keep).status().IgnoreError();
    return absl::InvalidArgumentError("a wrong row");
  });
  EXPECT_FALSE(runner.Run({0, 0}).missing);
}

// What the columns say of each task.
std::vector<std::pair<int64_t, TaskCost>> RowsOf(const BlockResult& result) {
  std::vector<std::pair<int64_t, TaskCost>> rows;
  const absl::Status read = ReadTaskColumns(result.task_columns, INT64_MAX,
                                            [&](int64_t task, const TaskCost& cost) { rows.emplace_back(task, cost); });
  EXPECT_TRUE(read.ok()) << read;
  return rows;
}

TEST(BlockRunner, EachTaskIsMeasuredOnItsOwn) {
  Runner runner(8, [](int64_t task, TaskContext& context, std::string* partial) {
    if (task == 5) {
      context.AddPhase(Phase::kDecode, 700);
      context.AddStagedBytes(64);
    }
    return Succeed(task, context, partial);
  });
  const BlockResult result = runner.Run({3, 0});
  const auto rows = RowsOf(result);
  ASSERT_EQ(rows.size(), 8u);
  int64_t wall = 0;
  for (const auto& [task, cost] : rows) {
    EXPECT_EQ(cost.phase_ns[static_cast<size_t>(Phase::kDecode)], task == 5 ? 700 : 0);
    EXPECT_EQ(cost.staged_bytes, task == 5 ? 64 : 0);
    wall += cost.wall_ns;
  }
  int64_t busy = 0;
  for (const int64_t ns : result.cost.phase_ns) busy += ns;
  EXPECT_LE(wall, busy) << "a block takes as long as its tasks, and some more";
}

TEST(BlockRunner, TasksBeforeAFailureHaveRows) {
  Runner runner(8, [](int64_t task, TaskContext& context, std::string* partial) {
    return task == 5 ? absl::InvalidArgumentError("bad row") : Succeed(task, context, partial);
  });
  EXPECT_EQ(RowsOf(runner.Run({3, 0})).size(), 5u);
}

}  // namespace
}  // namespace mote::engine
