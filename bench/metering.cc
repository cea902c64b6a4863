// mote-metering: what it costs to measure every task on its own.
//
//   mote-metering MICROSECONDS PAIRS
//
// Runs blocks of tasks that each do the same fixed work of about MICROSECONDS, in turn by
// the engine's own BlockRunner, which times every task and writes its row, and by a loop
// that does all that the runner does for a task but measure it. Prints one JSON object: the
// nanoseconds of a task both ways, each the median over PAIRS blocks, and what metering adds:
// the median of the pairs, whose two blocks see the same machine.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/fold.h"
#include "common/json.h"
#include "worker/engine/block_runner.h"
#include "worker/engine/kernel_library.h"

namespace mote::engine {
namespace {

constexpr int64_t kBlockNs = 20'000'000;

int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// So many steps of a generator whose result somebody may want: fixed work, no clock.
class FixedWork final : public Kernel {
 public:
  explicit FixedWork(int64_t steps) : steps_(steps) {}
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec&, const EngineOptions&, TaskContext&) override {
    return std::make_unique<Pass>(steps_);
  }

  // Not inlined: both ways run the same instructions, at the same addresses.
  [[gnu::noinline]] static uint64_t Work(uint64_t state, int64_t steps) {
    for (int64_t i = 0; i < steps; ++i) state = state * 6364136223846793005u + (state >> 7);
    return state;
  }

 private:
  class Pass final : public PassKernel {
   public:
    explicit Pass(int64_t steps) : steps_(steps) {}
    absl::Status RunTask(int64_t task, TaskContext&, std::string* partial) override {
      const uint64_t worked = Work(static_cast<uint64_t>(task), steps_);
      // Eight bytes, as a partial of `count`: one task.
      const uint64_t one = 1 + (worked == 0 ? 1 : 0);
      partial->assign(reinterpret_cast<const char*>(&one), sizeof(one));
      return absl::OkStatus();
    }

   private:
    const int64_t steps_;
  };
  const int64_t steps_;
};

int64_t StepsFor(double microseconds) {
  constexpr int64_t kSteps = 20'000'000;
  const int64_t start = Now();
  volatile uint64_t sink = FixedWork::Work(1, kSteps);
  (void)sink;
  return std::max<int64_t>(1, static_cast<int64_t>(microseconds * 1000 * kSteps / static_cast<double>(Now() - start)));
}

// An engine's inside with one pass of that work.
class Bench {
 public:
  Bench(double microseconds, BlobFiles& files)
      : tasks_(std::max<int64_t>(1, static_cast<int64_t>(kBlockNs / (microseconds * 1000)))),
        library_("/nonexistent.so"),
        passes_(library_, {}),
        context_(
            files, [](const Digest&) { return absl::UnavailableError("nobody has it"); }, cancelled_),
        runner_(passes_, context_, mark_, end_max_) {
    while (tasks_ > int64_t{1} << level_) ++level_;
    tasks_ = int64_t{1} << level_;
    library_.kernels()["fixed"] = std::make_unique<FixedWork>(StepsFor(microseconds));
    PassSpec spec;
    spec.kernel = "fixed";
    spec.parameters = "{}";
    spec.reducer = "count";
    spec.task_count = tasks_;
    passes_.Define(1, spec);
  }

  int64_t tasks() const { return tasks_; }

  double MeteredNs() {
    const int64_t start = Now();
    const BlockResult result = runner_.Run({1, 1, {level_, 0}});
    const int64_t ns = Now() - start;
    if (result.fault || result.nodes.size() != 1 || result.cost.tasks != tasks_) Fail("the block does not run");
    return static_cast<double>(ns) / static_cast<double>(tasks_);
  }

  // BlockRunner::RunTasks without clock, histogram and columns.
  double UnmeteredNs() {
    const int64_t start = Now();
    const auto pass = passes_.Open(1, context_);
    if (!pass.ok()) Fail("the pass does not open");
    context_.BeginBlock();
    BlockFold fold({level_, 0}, tasks_);
    for (int64_t task = 0; task < tasks_; ++task) {
      if (context_.cancelled() || task >= end_max_.load(std::memory_order_relaxed)) Fail("somebody stops the block");
      mark_.task.store(task, std::memory_order_relaxed);
      std::string partial;
      if (!Guarded([&] { return (*pass)->kernel->RunTask(task, context_, &partial); }).ok()) Fail("a task fails");
      if (!context_.store_status().ok()) Fail("a blob is not stored");
      const auto push = [&] { return fold.Push(std::move(partial), *(*pass)->reducer, context_.blobs()); };
      if (!Guarded(push).ok()) Fail("a result does not fold");
    }
    const auto nodes = fold.Take(*(*pass)->reducer, context_.blobs());
    if (!nodes.ok() || nodes->size() != 1) Fail("the block does not fold");
    return static_cast<double>(Now() - start) / static_cast<double>(tasks_);
  }

 private:
  template <class F>
  static absl::Status Guarded(const F& call) {
    try {
      return call();
    } catch (const std::exception& error) {
      return absl::InternalError(error.what());
    }
  }
  [[noreturn]] static void Fail(const char* why) {
    std::fprintf(stderr, "mote-metering: %s\n", why);
    std::exit(1);
  }

  int64_t tasks_;
  int level_ = 0;
  std::atomic<bool> cancelled_{false};
  std::atomic<int64_t> end_max_{std::numeric_limits<int64_t>::max()};
  wire::TaskMark mark_{};
  KernelLibrary library_;
  PassTable passes_;
  EngineContext context_;
  BlockRunner runner_;
};

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

int Measure(double microseconds, int pairs) {
  std::string directory = std::filesystem::temp_directory_path() / "mote-metering-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) return 1;
  {
    const auto files = BlobFiles::Open(directory);
    if (!files.ok()) return 1;
    Bench bench(microseconds, **files);
    std::vector<double> metered, unmetered, ratios;
    bench.MeteredNs();  // the clock learns its rate
    for (int i = 0; i < pairs; ++i) {
      // Neither is always the one that finds the caches as the other left them.
      if (i % 2 == 0) metered.push_back(bench.MeteredNs());
      unmetered.push_back(bench.UnmeteredNs());
      if (i % 2 == 1) metered.push_back(bench.MeteredNs());
      ratios.push_back(metered.back() / unmetered.back());
    }
    const double with = Median(metered), without = Median(unmetered);
    std::printf("{\"tasks_a_block\": %lld, \"metered_ns\": %.1f, \"unmetered_ns\": %.1f, \"added\": %.6f}\n",
                static_cast<long long>(bench.tasks()), with, without, Median(ratios) - 1);
  }
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace mote::engine

int main(int argc, char** argv) {
  const double microseconds = argc == 3 ? std::atof(argv[1]) : 0;
  const int pairs = argc == 3 ? std::atoi(argv[2]) : 0;
  if (!(microseconds >= 0.1 && microseconds <= 1e5) || pairs < 2) {
    std::fprintf(stderr, "usage: mote-metering MICROSECONDS PAIRS (0.1 to 100000 µs, at least 2 pairs)\n");
    return 2;
  }
  return mote::engine::Measure(microseconds, pairs);
}
