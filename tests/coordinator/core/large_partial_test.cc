// Partials that are too large to travel: kept by reference, folded by leased tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/philox.h"
#include "common/subtree.h"
#include "tests/testing/core_harness.h"
#include "tests/testing/map_sink.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Le;
using ::testing::SizeIs;

mc::JobSpec SumJob(int64_t tasks) {
  mc::JobSpec spec = OneStage("random_sum", tasks);
  spec.stages[0].reduce = {"sum", "{}"};
  return spec;
}

// Values of such different sizes that their sum shows in which order it was taken.
std::string LeafOf(int64_t task) {
  const Philox random(7, static_cast<uint64_t>(task));
  TableBuilder builder(Schema{{{"result", DType::kF64, 3}}});
  const double values[3] = {random.Normal(0), random.Normal(1) * 1e8, random.Normal(2) * 1e-8};
  builder.AddF64s(values, 3);
  std::string partial;
  std::map<Digest, std::string> blobs;
  MapSink sink(blobs);
  EXPECT_TRUE((*MakeRowReducer("sum", Json::object()))->Leaf(builder.Take(), &partial, sink).ok());
  return partial;
}

// Workers that report every partial by reference, and the store where these lie.
class References {
 public:
  explicit References(CoreHarness& c) : c_(c) {}

  // Runs what the worker was leased. False: there was nothing.
  bool RunOne(const std::string& worker) {
    std::vector<mc::SendLease> leases = c_.TakeLeases(worker);
    for (const mc::SendLease& lease : leases) Run(worker, lease);
    return !leases.empty();
  }

  void Run(const std::string& worker, const mc::SendLease& lease) {
    if (lease.pass->kernel == "finish") return Finish(worker, lease);
    mc::WorkerReport report;
    report.session = c_.SessionOf(worker);
    report.token = lease.token;
    report.cost.tasks = lease.token.block.size(lease.pass->task_count);
    report.cost.phase_ns[static_cast<int>(Phase::kCompute)] = report.cost.tasks * task_ns;
    report.nodes = {{lease.token.block, std::nullopt, Put(PartialOf(lease))}};
    c_.Send(report);
  }

  std::vector<size_t> fold_inputs;  // of each fold task that was run
  int64_t task_ns = 1'000'000'000;  // what a task takes: blocks of slow tasks are small

 private:
  std::string PartialOf(const mc::SendLease& lease) {
    const auto reducer = *MakeReducer("sum", Json::object());
    MapSink sink(blobs_);
    if (lease.pass->kernel == "fold") {
      const Subtree subtree = *ReadSubtree(*lease.pass);
      fold_inputs.push_back(subtree.entries.size());
      return **FoldSubtree(
          subtree, *reducer, [this](const Value& value) { return Read(value); }, sink);
    }
    const Block block = lease.token.block;
    BlockFold fold(block, lease.pass->task_count);
    for (int64_t task = block.begin(); task < block.end(lease.pass->task_count); ++task) {
      EXPECT_TRUE(fold.Push(LeafOf(task), *reducer, sink).ok());
    }
    return *fold.Take(*reducer, sink)->front().partial;
  }

  void Finish(const std::string& worker, const mc::SendLease& lease) {
    const Subtree subtree = *ReadSubtree(*lease.pass);
    EXPECT_THAT(subtree.entries, SizeIs(1));
    const std::string root = *Read(*subtree.entries[0].value);
    c_.leaf = [root](const PassSpec&, int64_t) {
      return Json{{"kind", "document"}, {"rows", 0}, {"bytes", 2}, {"inline", absl::Base64Escape(root)}}.dump();
    };
    c_.ReportDone(worker, lease);
  }

  absl::StatusOr<std::string> Read(const Value& value) {
    if (!value.artifact) return value.bytes;
    const auto found = blobs_.find(value.artifact->digest);
    if (found != blobs_.end()) return found->second;
    return c_.blobs().at(value.artifact->digest);
  }

  ArtifactRef Put(std::string partial) {
    const ArtifactRef artifact{Sha256(partial), static_cast<int64_t>(partial.size()), false};
    blobs_[artifact.digest] = std::move(partial);
    return artifact;
  }

  CoreHarness& c_;
  std::map<Digest, std::string> blobs_;
};

std::string PlainSum(int64_t tasks) {
  const auto reducer = *MakeReducer("sum", Json::object());
  std::map<Digest, std::string> blobs;
  MapSink sink(blobs);
  BlockFold fold({RootLevel(tasks), 0}, tasks);
  for (int64_t task = 0; task < tasks; ++task) EXPECT_TRUE(fold.Push(LeafOf(task), *reducer, sink).ok());
  return *fold.Take(*reducer, sink)->front().partial;
}

std::string AnswerOf(CoreHarness& c, JobId job) { return c.View(job).outputs.at(0).output.content.bytes; }

TEST(LargePartial, TreeIsFoldedByLeasedTasksToTheBitsOfAPlainFold) {
  for (const int64_t tasks : {1, 2, 5, 16, 17, 300, 1000}) {
    CoreHarness c;
    References workers(c);
    for (const char* name : {"w1", "w2", "w3"}) c.Connect(name);
    const JobId job = *c.Submit(SumJob(tasks));
    // The first two work in turns, the third falls ever further behind.
    for (int round = 0; c.View(job).state == mc::JobState::kRunning || round == 0; ++round) {
      bool any = workers.RunOne("w1");
      any = workers.RunOne("w2") || any;
      if (round % 5 == 0 || !any) any = workers.RunOne("w3") || any;
      ASSERT_TRUE(any || c.View(job).state != mc::JobState::kRunning) << "nothing is left to do";
    }
    ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
    EXPECT_EQ(AnswerOf(c, job), PlainSum(tasks)) << tasks << " tasks";
    EXPECT_THAT(workers.fold_inputs, Each(AllOf(Ge(2u), Le(16u))));
  }
}

TEST(LargePartial, FoldingGoesOnWhileThePassComputes) {
  CoreHarness c;
  References workers(c);
  c.Connect("w1");
  const JobId job = *c.Submit(SumJob(1000));
  while (workers.fold_inputs.size() < 3) ASSERT_TRUE(workers.RunOne("w1"));
  EXPECT_LT(c.View(job).stages.at(0).tasks_committed, 100);
}

TEST(LargePartial, FoldTasksSurviveARestartBeforeTheyHaveRun) {
  CoreHarness c;
  References workers(c);
  c.Connect("w1");
  const JobId job = *c.Submit(SumJob(300));
  mc::SendLease before;
  for (before = c.TakeLease("w1"); before.pass->kernel != "fold"; before = c.TakeLease("w1")) workers.Run("w1", before);
  c.Restart();
  c.Connect("w1");
  mc::SendLease after = c.TakeLease("w1");
  EXPECT_EQ(after.pass->kernel, "fold");
  EXPECT_EQ(*after.pass, *before.pass);
  workers.Run("w1", after);
  while (workers.RunOne("w1")) {
  }
  EXPECT_EQ(AnswerOf(c, job), PlainSum(300));
}

TEST(LargePartial, IsDroppedFromTheStoreOnceItIsFolded) {
  CoreHarness c;
  References workers(c);
  c.Connect("w1");
  const JobId job = *c.Submit(SumJob(20));
  while (workers.RunOne("w1")) {
  }
  ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_FALSE(c.core().state().drops.empty());
  c.Advance(absl::Seconds(20));
  EXPECT_TRUE(c.core().state().drops.empty());
  EXPECT_TRUE(c.core().state().artifact_users.empty());
}

}  // namespace
}  // namespace mote::testing
