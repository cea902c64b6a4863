// What a job's ledger tells of its slots: a picture, and where their time went.
#include "client/ledger/time_use.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/text/time_use_text.h"
#include "client/text/trace.h"
#include "common/json.h"
#include "tests/client/ledger_entries.h"

namespace mote::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Trace, HasATrackASlotASliceAnAttemptAndItsPhasesWithinIt) {
  v1::LedgerEntry first = EntryOf(1, 0, 8, 1), second = EntryOf(1, 8, 16, 1), other = EntryOf(1, 16, 24, 1, "w2");
  for (v1::LedgerEntry* entry : {&first, &second, &other}) {
    entry->mutable_started()->set_seconds(1000);
    entry->mutable_slot_time()->set_nanos(4'000'000);
    for (const int64_t ns : {1'000'000, 0, 0, 2'000'000, 0, 9'000'000, 0}) entry->add_phase_ns(ns);
  }
  second.mutable_started()->set_nanos(3'000'000);  // reported a little early
  second.set_outcome(v1::LEDGER_OUTCOME_WASTED);
  std::string text;
  WriteTrace(OneStageJob("score \xff"), {first, second, other}, [&](std::string_view piece) { text.append(piece); });
  const Json events = Json::parse(text).at("traceEvents");
  std::vector<std::string> slices, tracks;
  std::map<std::pair<int, int>, double> free;
  for (const Json& event : events) {
    if (event.at("ph") == "M") {
      tracks.push_back(event.at("args").at("name"));
      continue;
    }
    const double begin = event.at("ts"), end = begin + event.at("dur").get<double>();
    if (event.at("cat") == "phase") {
      EXPECT_LE(end, (free[{event.at("pid"), event.at("tid")}])) << "a phase leaves its attempt";
      continue;
    }
    slices.push_back(event.at("args").at("outcome"));
    double& from = free[{event.at("pid"), event.at("tid")}];
    EXPECT_GE(begin, from) << "attempts overlap";
    from = end;
  }
  EXPECT_THAT(tracks, ElementsAre("worker w1", "slot 0", "worker w2", "slot 0"));
  EXPECT_THAT(slices, ElementsAre("committed", "wasted", "committed"));
}

TEST(Trace, OfAJobWithoutAttemptsIsEmpty) {
  std::string text;
  WriteTrace(OneStageJob("work"), {}, [&](std::string_view piece) { text.append(piece); });
  EXPECT_EQ(Json::parse(text).at("traceEvents").size(), 0u);
}

// An attempt of `stage` on slot 0 of `worker`, in milliseconds; all but `fetch_ms` of it
// is computed.
v1::LedgerEntry TurnOf(int stage, const std::string& worker, int64_t begin_ms, int64_t length_ms,
                       int64_t fetch_ms = 0) {
  v1::LedgerEntry entry = EntryOf(1, begin_ms, begin_ms + 1, 1, worker);
  entry.set_stage(stage);
  entry.mutable_started()->set_seconds(1000);
  entry.mutable_started()->set_nanos(static_cast<int32_t>(begin_ms * 1'000'000));
  entry.mutable_slot_time()->set_nanos(static_cast<int32_t>(length_ms * 1'000'000));
  for (const int64_t ms : {fetch_ms, int64_t{0}, int64_t{0}, length_ms - fetch_ms}) entry.add_phase_ns(ms * 1'000'000);
  return entry;
}

v1::Job TwoStages() {
  v1::Job job = OneStageJob("first");
  job.add_stages()->set_name("second");
  return job;
}

TEST(TimeUse, AllOfTheSlotsTimeIsAccountedForOnce) {
  const auto uses = TimeUseOf(TwoStages(), {TurnOf(0, "a", 0, 10, 4), TurnOf(0, "a", 12, 8), TurnOf(1, "b", 0, 6),
                                            TurnOf(0, "b", 6, 4), TurnOf(1, "a", 20, 5)});
  ASSERT_EQ(uses.size(), 2u);
  for (const StageTime& use : uses) {
    int64_t sum = 0;
    for (const int64_t ns : use.ns) sum += ns;
    EXPECT_EQ(sum, use.total_ns()) << use.stage;
  }
  const auto ms = [&](int stage, TimeClass of) {
    return uses[static_cast<size_t>(stage)].ns[static_cast<size_t>(of)] / 1'000'000;
  };
  EXPECT_EQ(uses[0].slots, 2);
  EXPECT_EQ(uses[0].span_ns, 20'000'000);
  EXPECT_EQ(ms(0, TimeClass::kCompute), 18);
  EXPECT_EQ(ms(0, TimeClass::kCommunication), 4);
  EXPECT_EQ(ms(0, TimeClass::kGaps), 2);
  EXPECT_EQ(ms(0, TimeClass::kOtherStages), 6);
  EXPECT_EQ(ms(0, TimeClass::kTail), 10);
  EXPECT_EQ(ms(1, TimeClass::kOtherStages), 22);
}

TEST(TimeUse, WhatBoundsAStageIsSaidWithWhatWouldHelp) {
  const auto text = [](const std::vector<v1::LedgerEntry>& entries) {
    return TimeUseText(TimeUseOf(TwoStages(), entries));
  };
  EXPECT_THAT(text({TurnOf(0, "a", 0, 50), TurnOf(0, "a", 50, 50)}),
              HasSubstr("first took 100 ms on 1 slot, bound by compute: more or faster slots"));
  EXPECT_THAT(text({TurnOf(0, "a", 0, 50), TurnOf(0, "b", 0, 50)}), HasSubstr("in 2 tasks: smaller tasks"));
  EXPECT_THAT(text({TurnOf(0, "a", 0, 50, 40), TurnOf(0, "b", 0, 50, 40)}), HasSubstr("bound by communication"));
  EXPECT_THAT(text({TurnOf(0, "a", 0, 5), TurnOf(0, "b", 0, 5), TurnOf(0, "c", 0, 100)}), HasSubstr("stragglers"));
  EXPECT_THAT(text({TurnOf(0, "a", 0, 5), TurnOf(0, "a", 100, 5)}),
              HasSubstr("the coordinator and the order of steps"));
  v1::LedgerEntry wasted = TurnOf(0, "a", 0, 90);
  wasted.set_outcome(v1::LEDGER_OUTCOME_WASTED);
  EXPECT_THAT(text({wasted, TurnOf(0, "a", 90, 10)}), HasSubstr("wasted 90 %, compute 10 %"));
  EXPECT_EQ(text({}), "");
  const OrderedJson json = TimeUseJson(TimeUseOf(TwoStages(), {TurnOf(0, "a", 0, 50)}));
  EXPECT_EQ(json.at(0).at("bound_by"), "compute");
  EXPECT_EQ(json.at(0).at("shares").at("compute"), 1.0);
}

// A slot that serves another job meanwhile waits for nobody.
TEST(TimeUse, WhatOtherJobsHadIsNoGap) {
  const std::vector<v1::LedgerEntry> mine = {TurnOf(0, "a", 0, 10), TurnOf(0, "a", 90, 10)};
  const std::vector<v1::LedgerEntry> others = {TurnOf(0, "a", 20, 50), TurnOf(1, "a", 75, 10), TurnOf(0, "b", 0, 100)};
  const StageTime use = TimeUseOf(TwoStages(), mine, others).at(0);
  EXPECT_NEAR(use.share(TimeClass::kOtherJobs), 0.6, 1e-9);
  EXPECT_NEAR(use.share(TimeClass::kGaps), 0.2, 1e-9);
  EXPECT_NEAR(use.share(TimeClass::kCompute), 0.2, 1e-9);
  EXPECT_THAT(TimeUseText({use}), HasSubstr("bound by too few slots: other jobs had them"));
  EXPECT_NEAR(TimeUseOf(TwoStages(), mine).at(0).share(TimeClass::kGaps), 0.8, 1e-9);
}

TEST(TimeUse, PhasesThatOverlapShareTheTime) {
  v1::LedgerEntry entry = TurnOf(0, "a", 0, 10);
  entry.set_phase_ns(0, 30'000'000);
  entry.set_phase_ns(3, 10'000'000);
  const StageTime use = TimeUseOf(TwoStages(), {entry}).at(0);
  EXPECT_NEAR(use.share(TimeClass::kCommunication), 0.75, 1e-6);
  EXPECT_NEAR(use.share(TimeClass::kCompute), 0.25, 1e-6);
}

}  // namespace
}  // namespace mote::client
