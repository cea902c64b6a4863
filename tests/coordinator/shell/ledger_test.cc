#include "coordinator/ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"

namespace mote::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

LedgerEntry EntryOf(uint64_t job, int64_t task, size_t bytes = 10) {
  LedgerEntry entry;
  entry.job = {job};
  entry.pass = {7};
  entry.kernel = "noop";
  entry.tasks = {task, task + 1};
  entry.worker = "w1";
  entry.started = absl::FromUnixSeconds(1'000'000'000);
  entry.slot_time = absl::Milliseconds(3);
  entry.task_columns = std::string(bytes, 'c');
  return entry;
}

std::unique_ptr<Ledger> OpenIn(const TempDir& dir, Ledger::Options options = {}) {
  absl::StatusOr<std::unique_ptr<Ledger>> ledger = Ledger::Open(dir.path(), options);
  EXPECT_TRUE(ledger.ok()) << ledger.status();
  return *std::move(ledger);
}

// The first tasks of a job's entries.
std::vector<int64_t> TasksOf(const Ledger& ledger, uint64_t job) {
  std::vector<int64_t> tasks;
  LedgerReader reader = ledger.Read({job});
  for (;;) {
    const absl::StatusOr<std::optional<v1::LedgerEntry>> entry = reader.Next();
    EXPECT_TRUE(entry.ok()) << entry.status();
    if (!entry.ok() || !*entry) return tasks;
    tasks.push_back((*entry)->tasks_begin());
  }
}

// The one file that is a segment.
std::string OnlySegment(const TempDir& dir) {
  std::string path;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    if (entry.path().extension() == ".ledger") path = entry.path();
  }
  return path;
}

TEST(Ledger, AJobsEntriesAreReadInTheirOrder) {
  const TempDir dir;
  const auto ledger = OpenIn(dir);
  ASSERT_THAT(ledger->Append({EntryOf(1, 0), EntryOf(2, 5), EntryOf(1, 1)}), IsOk());
  ASSERT_THAT(ledger->Append({EntryOf(1, 2)}), IsOk());
  EXPECT_THAT(TasksOf(*ledger, 1), ElementsAre(0, 1, 2));
  EXPECT_THAT(TasksOf(*ledger, 2), ElementsAre(5));
  EXPECT_THAT(TasksOf(*ledger, 3), IsEmpty());
  LedgerReader reader = ledger->Read({2});
  const v1::LedgerEntry entry = **reader.Next();
  EXPECT_EQ(entry.worker(), "w1");
  EXPECT_EQ(entry.kernel(), "noop");
  EXPECT_EQ(entry.slot_time().nanos(), 3'000'000);
  EXPECT_EQ(entry.task_columns(), "cccccccccc");
}

TEST(Ledger, EntriesOutliveTheProcess) {
  const TempDir dir;
  ASSERT_THAT(OpenIn(dir)->Append({EntryOf(1, 0)}), IsOk());
  ASSERT_THAT(OpenIn(dir)->Append({EntryOf(1, 1)}), IsOk());
  const auto ledger = OpenIn(dir);
  EXPECT_THAT(TasksOf(*ledger, 1), ElementsAre(0, 1));
}

TEST(Ledger, WhatACrashCutOffIsRemovedAndTheRestIsRead) {
  const TempDir dir;
  ASSERT_THAT(OpenIn(dir)->Append({EntryOf(1, 1), EntryOf(1, 2)}), IsOk());
  const std::string path = OnlySegment(dir);
  const auto whole = std::filesystem::file_size(path);
  for (const auto cut : {whole - 1, whole - 20, whole / 2 + 1}) {
    std::filesystem::remove(path + ".jobs");
    std::filesystem::resize_file(path, cut);
    EXPECT_THAT(TasksOf(*OpenIn(dir), 1), ElementsAre(1));
    EXPECT_EQ(std::filesystem::file_size(path), whole / 2);
    std::ofstream(path, std::ios::app) << std::string(whole / 2, '\0');  // what a power failure may leave
  }
}

TEST(Ledger, BeyondItsBoundTheOldestIsForgotten) {
  const TempDir dir;
  const Ledger::Options options{.bytes_max = 10'000, .segment_bytes = 2'000};
  auto ledger = OpenIn(dir, options);
  for (int64_t task = 0; task < 100; ++task) ASSERT_THAT(ledger->Append({EntryOf(1, task, 500)}), IsOk());
  const std::vector<int64_t> kept = TasksOf(*ledger, 1);
  EXPECT_EQ(kept.back(), 99);
  EXPECT_GT(kept.front(), 70);
  EXPECT_GE(kept.size(), 14u);
  int64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) bytes += entry.file_size();
  EXPECT_LE(bytes, options.bytes_max + options.segment_bytes);
  ledger.reset();
  EXPECT_EQ(TasksOf(*OpenIn(dir, options), 1), kept);
}

TEST(Ledger, AReaderSeesASegmentThatIsClosedAndPassesOverOneThatIsGone) {
  const TempDir dir;
  const auto ledger = OpenIn(dir, {.bytes_max = 5'000, .segment_bytes = 2'000});
  ASSERT_THAT(ledger->Append({EntryOf(1, 0, 500)}), IsOk());
  LedgerReader early = ledger->Read({1});
  LedgerReader late = ledger->Read({1});
  ASSERT_THAT(ledger->Append({EntryOf(1, 1, 2'000)}), IsOk());  // closes it
  EXPECT_EQ((**early.Next()).tasks_begin(), 0);
  EXPECT_FALSE((*early.Next()).has_value()) << "what came later";
  for (int64_t task = 2; task < 10; ++task) ASSERT_THAT(ledger->Append({EntryOf(1, task, 2'000)}), IsOk());
  EXPECT_FALSE((*late.Next()).has_value());
}

TEST(Ledger, DamageIsNamedWithItsPlace) {
  const TempDir dir;
  auto ledger = OpenIn(dir, {.segment_bytes = 1});
  ASSERT_THAT(ledger->Append({EntryOf(1, 0), EntryOf(1, 1)}), IsOk());
  std::fstream file(OnlySegment(dir));
  file.seekp(0);
  file << std::string(4, '\xff');
  file.close();
  LedgerReader reader = ledger->Read({1});
  EXPECT_THAT(reader.Next().status(), Fails(absl::StatusCode::kDataLoss, "damaged at byte 0"));
}

TEST(Ledger, FilesOfOthersAreLeftAlone) {
  const TempDir dir;
  for (const char* name : {"notes.txt", "x.ledger"}) std::ofstream(dir / name) << "mine";
  ASSERT_THAT(OpenIn(dir)->Append({EntryOf(1, 0)}), IsOk());
  for (const char* name : {"notes.txt", "x.ledger"}) EXPECT_TRUE(std::filesystem::exists(dir / name)) << name;
}

}  // namespace
}  // namespace mote::coordinator
