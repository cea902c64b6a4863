#include "worker/supervisor/engine_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mote::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Time kNow = absl::UnixEpoch();

std::vector<std::string> TextsOf(const LogChunk& chunk) {
  std::vector<std::string> texts;
  for (const LogLine& line : chunk.lines) texts.push_back(line.text);
  return texts;
}

TEST(EngineLog, LinesOfAllSlotsComeInTheirOrderAndFromWhereTheReaderIs) {
  EngineLog log(2);
  log.Add(0, "a", kNow);
  log.Add(1, "b", kNow);
  log.Add(0, "c", kNow);
  const LogChunk all = log.Read(JobId{}, 0);
  EXPECT_THAT(TextsOf(all), ElementsAre("a", "b", "c"));
  EXPECT_EQ(all.lines[1].slot, 1);
  EXPECT_FALSE(all.more || all.is_cut);
  EXPECT_THAT(log.Read(JobId{}, all.last).lines, IsEmpty());
  log.Add(1, "d", kNow);
  EXPECT_THAT(TextsOf(log.Read(JobId{}, all.last)), ElementsAre("d"));
}

TEST(EngineLog, LinesAreOfTheJobThatTheSlotRan) {
  EngineLog log(2);
  log.Add(0, "starting", kNow);
  log.SetJob(0, JobId{7});
  log.SetJob(1, JobId{8});
  log.Add(0, "of seven", kNow);
  log.Add(1, "of eight", kNow);
  EXPECT_THAT(TextsOf(log.Read(JobId{7}, 0)), ElementsAre("of seven"));
  EXPECT_EQ(log.Read(JobId{7}, 0).last, 3) << "what is of others need not be looked at again";
}

TEST(EngineLog, EachSlotKeepsItsNewestLinesAndTheReaderLearnsOfTheGap) {
  EngineLog log(2, 1000);
  log.Add(1, "a quiet slot's only line", kNow);
  for (int i = 0; i < 100; ++i) log.Add(0, absl::StrCat("line ", i), kNow);
  const LogChunk kept = log.Read(JobId{}, 0);
  EXPECT_TRUE(kept.is_cut);
  EXPECT_EQ(kept.lines.front().text, "a quiet slot's only line");
  EXPECT_EQ(kept.lines.back().text, "line 99");
  EXPECT_LE(kept.lines.size(), 1000u / 64 + 1);
  EXPECT_FALSE(log.Read(JobId{}, kept.lines[1].number).is_cut) << "nothing after it is gone";
}

TEST(EngineLog, MoreThanAChunkIsReadInSeveral) {
  EngineLog log(1);
  for (int i = 0; i < 10; ++i) log.Add(0, std::string(1000, 'x'), kNow);
  int chunks = 0;
  size_t lines = 0;
  LogChunk chunk;
  do {
    chunk = log.Read(JobId{}, chunk.last, 3500);
    lines += chunk.lines.size();
    ++chunks;
  } while (chunk.more);
  EXPECT_EQ(lines, 10u);
  EXPECT_EQ(chunks, 4);
}

TEST(EngineLog, ALineLargerThanAChunkIsAChunkOfItsOwn) {
  EngineLog log(1);
  log.Add(0, std::string(1000, 'x'), kNow);
  EXPECT_EQ(log.Read(JobId{}, 0, 10).lines.size(), 1u);
}

TEST(EngineLog, AReaderOfAnOlderLifeOfTheWorkerStartsAnew) {
  EngineLog log(1);
  log.Add(0, "a", kNow);
  EXPECT_THAT(TextsOf(log.Read(JobId{}, 500)), ElementsAre("a"));
  EXPECT_EQ(log.Read(JobId{}, 500).last, 1);
}

}  // namespace
}  // namespace mote::worker
