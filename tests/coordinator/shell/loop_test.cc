#include "coordinator/runtime/loop.h"

#include <gtest/gtest.h>

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/snapshot.h"
#include "coordinator/plan/registry.h"
#include "coordinator/schedule/fair_policy.h"
#include "tests/coordinator/shell/aged_blobs.h"
#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"
#include "tests/testing/memory_journal.h"

namespace mote::coordinator {
namespace {

JobSpec NoopJob() {
  JobSpec spec;
  spec.name = "test";
  StageSpec stage;
  stage.name = "work";
  stage.operation = "noop";
  stage.tasks.count = 3;
  spec.stages = {stage};
  spec.outputs = {{"answer", "work.result", "", ""}};
  return spec;
}

class CountReplies : public EffectSink {
 public:
  void Release(std::vector<Effect> effects) override {
    for (const Effect& effect : effects) replies += std::holds_alternative<Reply>(effect) ? 1 : 0;
  }
  int replies = 0;
};

// A loop over a journal that the test holds.
class LoopTest : public ::testing::Test {
 protected:
  LoopTest() {
    core_options_.policy = &policy_;
    core_ = std::make_unique<Core>(core_options_, BuiltinPlanners());
    options_.snapshots.tail_records_min = 1'000'000;
  }

  void Start() {
    loop_ = std::make_unique<Loop>(options_, *core_, journal_, *artifacts_, *ledger_, sink_,
                                   [this](absl::Status status) { fatal_.set_value(std::move(status)); });
    ASSERT_THAT(loop_->Recover(), IsOk());
    loop_->Start();
  }
  void Submit(int jobs) {
    for (int i = 0; i < jobs; ++i) {
      ASSERT_TRUE(loop_->Post(SubmitJob{CallId{1}, NoopJob(), absl::StrCat("request ", ++requests_), "somebody"}));
    }
  }
  std::vector<Event> Snapshot(const State& state) const { return SnapshotOf(state, absl::UnixEpoch()); }

  TempDir dir_;
  FairPolicy policy_;
  CoreOptions core_options_;
  std::unique_ptr<Core> core_;
  testing::MemoryJournal journal_;
  std::unique_ptr<ArtifactStore> artifacts_ = *ArtifactStore::Open(dir_ / "artifacts", 0);
  std::unique_ptr<Ledger> ledger_ = *Ledger::Open(dir_ / "ledger", {});
  CountReplies sink_;
  Loop::Options options_;
  std::promise<absl::Status> fatal_;
  std::unique_ptr<Loop> loop_;
  int requests_ = 0;
};

TEST_F(LoopTest, AnswersLeaveOnceTheirEventsAreInTheJournal) {
  Start();
  Submit(20);
  loop_->Stop();
  EXPECT_EQ(sink_.replies, 20);
  Core replayed(core_options_, BuiltinPlanners());
  ASSERT_THAT(journal_.Replay([&](const Event& event) { return replayed.Replay(event); }), IsOk());
  EXPECT_EQ(replayed.state().jobs.size(), 20u);
}

TEST_F(LoopTest, AFailedCommitIsFatalAtOnceNeverRetriedAndAnswersNobody) {
  Start();
  journal_.failure = absl::ResourceExhaustedError("the disk is full");
  Submit(1);
  EXPECT_THAT(fatal_.get_future().get(), Fails(absl::StatusCode::kResourceExhausted, "the disk is full"));
  Submit(100);
  loop_->Stop();
  EXPECT_EQ(journal_.calls_after_failure, 1);
  EXPECT_EQ(sink_.replies, 0);
}

TEST_F(LoopTest, TheJournalIsCutShortBySnapshotsWhileJobsCome) {
  options_.snapshots = {.tail_records_min = 50, .tail_bytes_min = 1 << 30, .slice_records = 7};
  std::promise<void> replaced;
  journal_.on_replaced = [&replaced, told = false]() mutable {
    if (!std::exchange(told, true)) replaced.set_value();
  };
  Start();
  Submit(300);
  replaced.get_future().wait();
  Submit(200);
  loop_->Stop();
  EXPECT_EQ(sink_.replies, 500);
  EXPECT_GT(journal_.size().snapshot_records, 0);

  Core replayed(core_options_, BuiltinPlanners());
  ASSERT_THAT(journal_.Replay([&](const Event& event) { return replayed.Replay(event); }), IsOk());
  EXPECT_TRUE(Snapshot(replayed.state()) == Snapshot(core_->state()));
}

TEST_F(LoopTest, ALongJournalIsCutShortSliceBySlice) {
  Start();
  Submit(100);
  loop_->Stop();
  ASSERT_EQ(journal_.size().snapshot_records, 0);
  const std::vector<Event> before = Snapshot(core_->state());

  Snapshotter snapshotter({.tail_records_min = 10, .tail_bytes_min = 1 << 30, .slice_records = 9}, core_options_,
                          BuiltinPlanners(), journal_);
  int slices = 0;
  for (; snapshotter.busy(); ++slices) ASSERT_THAT(snapshotter.Work(absl::UnixEpoch()), IsOk());
  EXPECT_GT(slices, 10);
  EXPECT_EQ(journal_.size().tail_records, 0);
  Core replayed(core_options_, BuiltinPlanners());
  ASSERT_THAT(journal_.Replay([&](const Event& event) { return replayed.Replay(event); }), IsOk());
  EXPECT_TRUE(Snapshot(replayed.state()) == before);
}

TEST_F(LoopTest, AJournalThatCannotBeReadBackIsFatal) {
  Snapshotter snapshotter({.tail_records_min = 1, .tail_bytes_min = 1 << 30, .slice_records = 9}, core_options_,
                          BuiltinPlanners(), journal_);
  ASSERT_THAT(journal_.Append({StageBound{{7}, 0, "cpu"}}), IsOk());
  EXPECT_THAT(snapshotter.Work(absl::UnixEpoch()), Fails(absl::StatusCode::kDataLoss, "unknown job 7"));
}

TEST_F(LoopTest, SnapshotsComeRarelyEnoughToCostLessThanTheRecords) {
  Snapshotter snapshotter({.tail_records_min = 10, .tail_bytes_min = 1 << 30, .slice_records = 1000}, core_options_,
                          BuiltinPlanners(), journal_);
  Start();
  Submit(300);
  loop_->Stop();
  while (snapshotter.busy()) ASSERT_THAT(snapshotter.Work(absl::UnixEpoch()), IsOk());
  const int64_t snapshot = journal_.size().snapshot_records;
  ASSERT_GT(snapshot, 300);
  ASSERT_THAT(journal_.Append(std::vector<Event>(static_cast<size_t>(snapshot - 1), EpochStarted{{2}})), IsOk());
  EXPECT_FALSE(snapshotter.busy());
  ASSERT_THAT(journal_.Append({EpochStarted{{3}}}), IsOk());
  EXPECT_TRUE(snapshotter.busy());
}

TEST_F(LoopTest, WhatNobodyUsesIsRemovedFromTheStore) {
  PutLongAgo(*artifacts_, dir_ / "artifacts", "orphan");
  core_options_.reconnect_grace = -absl::Hours(1);  // not young
  core_ = std::make_unique<Core>(core_options_, BuiltinPlanners());
  Start();
  const absl::Time end = absl::Now() + absl::Seconds(30);
  while (artifacts_->Has(Sha256("orphan")) && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_FALSE(artifacts_->Has(Sha256("orphan")));
  loop_->Stop();
}

}  // namespace
}  // namespace mote::coordinator
