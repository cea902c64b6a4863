#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "coordinator/journal/sqlite_log.h"
#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"
#include "tests/testing/small_disk.h"

namespace mote::coordinator {
namespace {

std::vector<std::string> RecordsOf(SqliteLog& log) {
  std::vector<std::string> records;
  EXPECT_THAT(log.Read(0, log.size().records(),
                       [&records](std::string_view bytes) {
                         records.emplace_back(bytes);
                         return absl::OkStatus();
                       }),
              IsOk());
  return records;
}

// Appends until the disk is full; what was acknowledged.
std::vector<std::string> FillWith(SqliteLog& log, absl::Status* failed) {
  std::vector<std::string> acknowledged;
  for (int i = 0; i < 100'000; ++i) {
    const std::string record = absl::StrCat(i, ":", std::string(static_cast<size_t>(i) % 9000, 'r'));
    *failed = log.Append({record});
    if (!failed->ok()) break;
    acknowledged.push_back(record);
  }
  return acknowledged;
}

TEST(FullDisk, ACommitThatDoesNotFitIsFinalAndNothingAcknowledgedIsLost) {
  const TempDir dir;
  mote::testing::SmallDisk disk(dir.path(), 6);
  if (!disk.mounted()) GTEST_SKIP() << disk.why_not();
  std::vector<std::string> acknowledged;
  for (int round = 0; round < 3; ++round) {
    const auto log = SqliteLog::Open(dir / "journal");
    ASSERT_THAT(log, IsOk());
    EXPECT_EQ(RecordsOf(**log), acknowledged) << "round " << round;
    disk.FillUpTo((round + 1) * 300'000);
    absl::Status failed;
    for (std::string& record : FillWith(**log, &failed)) acknowledged.push_back(std::move(record));
    EXPECT_THAT(failed, Fails(absl::StatusCode::kResourceExhausted, "free space on its disk"));
    disk.Empty();
    EXPECT_EQ((*log)->Append({"there is room again"}), failed) << "a failed commit is never tried again";
  }
  EXPECT_GT(acknowledged.size(), 50u);
}

TEST(FullDisk, ASnapshotThatDoesNotFitLeavesTheJournalAsItWas) {
  const TempDir dir;
  mote::testing::SmallDisk disk(dir.path(), 4);
  if (!disk.mounted()) GTEST_SKIP() << disk.why_not();
  std::vector<std::string> records;
  {
    const auto log = *SqliteLog::Open(dir / "journal");
    for (int i = 0; i < 100; ++i) records.push_back(absl::StrCat("record ", i));
    ASSERT_THAT(log->Append(records), IsOk());
    disk.FillUpTo(100'000);
    EXPECT_THAT(log->Replace(100, {std::string(1 << 20, 's')}),
                Fails(absl::StatusCode::kResourceExhausted, "free space on its disk"));
    disk.Empty();
  }
  EXPECT_EQ(RecordsOf(**SqliteLog::Open(dir / "journal")), records);
}

}  // namespace
}  // namespace mote::coordinator
