// Every byte of a journal may rot: nothing that was acknowledged may vanish silently.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "coordinator/journal/commit_mark.h"
#include "coordinator/journal/sqlite_log.h"
#include "coordinator/journal/wal_scan.h"
#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// The three files of a journal, as a killed process leaves them.
struct Files {
  std::string database, wal, mark;
  bool operator==(const Files&) const = default;
};

Files FilesAt(const std::string& path) { return {BytesOf(path), BytesOf(path + "-wal"), BytesOf(path + "-mark")}; }

void Place(const Files& files, const std::string& path) {
  Write(path, files.database);
  Write(path + "-wal", files.wal);
  Write(path + "-mark", files.mark);
}

std::string RecordOf(int number, size_t size) {
  return absl::StrCat(number, ":") + std::string(size, 'a' + number % 26);
}

// `commits` transactions of two records each, while the writer is still there.
Files JournalOf(const TempDir& dir, int commits, size_t record_bytes, std::vector<std::string>* records) {
  const std::string path = dir / "written";
  const auto log = *SqliteLog::Open(path);
  for (int i = 0; i < commits; ++i) {
    const std::vector<std::string> batch{RecordOf(2 * i, record_bytes), RecordOf(2 * i + 1, 10)};
    EXPECT_THAT(log->Append(batch), IsOk());
    records->insert(records->end(), batch.begin(), batch.end());
  }
  return FilesAt(path);
}

absl::StatusOr<std::vector<std::string>> RecordsAt(const std::string& path) {
  const absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(path);
  if (!log.ok()) return log.status();
  std::vector<std::string> records;
  const absl::Status status = (*log)->Read(0, (*log)->size().records(), [&records](std::string_view bytes) {
    records.emplace_back(bytes);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return records;
}

// What reading damaged files may end in: everything, or a refusal that names the file.
struct DamageOutcomes {
  int whole = 0, refused = 0;
};

void ExpectWholeOrRefused(const Files& files, const std::vector<std::string>& records, const std::string& path,
                          const std::string& damage, DamageOutcomes* outcomes) {
  Place(files, path);
  const absl::StatusOr<std::vector<std::string>> read = RecordsAt(path);
  if (read.ok()) {
    ++outcomes->whole;
    ASSERT_EQ(*read, records) << damage;
    return;
  }
  ++outcomes->refused;
  const bool format = absl::IsFailedPrecondition(read.status());  // the damage hit its number
  ASSERT_TRUE(absl::IsDataLoss(read.status()) || format) << damage << ": " << read.status();
  ASSERT_THAT(std::string(read.status().message()), HasSubstr(path)) << damage;
}

std::string Flipped(std::string bytes, size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
  return bytes;
}

TEST(DamagedJournal, AFlippedBitOfTheWriteAheadLogIsNeverALossInSilence) {
  const TempDir dir;
  std::vector<std::string> records;
  const Files files = JournalOf(dir, 12, 300, &records);
  ASSERT_GT(files.wal.size(), 50'000u);
  DamageOutcomes outcomes;
  for (size_t at = 0; at < files.wal.size(); at += at < 48 ? 1 : 263) {
    Files damaged = files;
    damaged.wal = Flipped(files.wal, at);
    ExpectWholeOrRefused(damaged, records, dir / "journal", absl::StrCat("bit of byte ", at, " of the log"), &outcomes);
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_EQ(outcomes.whole, 0) << "every byte of this log counts";
}

TEST(DamagedJournal, ATruncatedWriteAheadLogIsNeverALossInSilence) {
  const TempDir dir;
  std::vector<std::string> records;
  const Files files = JournalOf(dir, 12, 300, &records);
  DamageOutcomes outcomes;
  for (size_t size = 0; size < files.wal.size(); size += 1021) {
    Files damaged = files;
    damaged.wal.resize(size);
    ExpectWholeOrRefused(damaged, records, dir / "journal", absl::StrCat("log cut to ", size), &outcomes);
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_EQ(outcomes.whole, 0);
}

TEST(DamagedJournal, DamageOfTheDatabaseFileIsNeverALossInSilence) {
  const TempDir dir;
  std::vector<std::string> records;
  JournalOf(dir, 40, 300, &records);
  {
    const auto log = *SqliteLog::Open(dir / "written");
    const std::vector<std::string> snapshot{std::string(300, 's'), "t", std::string(2000, 'u')};
    ASSERT_THAT(log->Replace(30, snapshot), IsOk());
    records.erase(records.begin(), records.begin() + 30);
    records.insert(records.begin(), snapshot.begin(), snapshot.end());
  }
  const Files files = FilesAt(dir / "written");  // closed: all of it lies in the database file
  ASSERT_TRUE(files.wal.empty());
  DamageOutcomes flipped, cut;
  for (size_t at = 0; at < files.database.size(); at += at < 100 ? 1 : 97) {
    Files damaged = files;
    damaged.database = Flipped(files.database, at);
    ExpectWholeOrRefused(damaged, records, dir / "journal", absl::StrCat("bit of byte ", at), &flipped);
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GT(flipped.refused, 100) << "the rest hit what pages do not use";
  for (size_t size = 0; size < files.database.size(); size += 1021) {
    Files damaged = files;
    damaged.database.resize(size);
    ExpectWholeOrRefused(damaged, records, dir / "journal", absl::StrCat("file cut to ", size), &cut);
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_EQ(cut.whole, 0);
}

// The log was begun anew: behind its frames lie those of the time before.
TEST(DamagedJournal, FramesOfAnOlderLogBehindTheNewOneAreNoDamage) {
  const TempDir dir;
  std::vector<std::string> records;
  const Files files = JournalOf(dir, 140, 40'000, &records);  // more than the 1000 pages of a checkpoint
  const WalScan scan = *[&] {
    Place(files, dir / "journal");
    return ScanWal(dir / "journal-wal");
  }();
  ASSERT_LT(scan.frames, static_cast<int64_t>(files.wal.size() / 4120) - 10) << "older frames lie behind";
  EXPECT_EQ(scan.torn_at, -1);
  EXPECT_EQ(*RecordsAt(dir / "journal"), records);

  DamageOutcomes outcomes;
  for (size_t at = 4; at < 32 + 4120 * static_cast<size_t>(scan.frames); at += 40'009) {
    Files damaged = files;
    damaged.wal = Flipped(files.wal, at);
    ExpectWholeOrRefused(damaged, records, dir / "journal", absl::StrCat("bit of byte ", at, " of the log"), &outcomes);
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_EQ(outcomes.whole, 0);
}

TEST(DamagedJournal, ARefusedJournalStaysAsItWasFound) {
  const TempDir dir;
  std::vector<std::string> records;
  const Files files = JournalOf(dir, 12, 300, &records);
  for (const size_t at : {size_t{8}, size_t{5000}, files.wal.size() - 1}) {
    Files damaged = files;
    damaged.wal = Flipped(files.wal, at);
    Place(damaged, dir / "journal");
    ASSERT_FALSE(RecordsAt(dir / "journal").ok());
    EXPECT_EQ(FilesAt(dir / "journal"), damaged) << "byte " << at;
  }
}

TEST(DamagedJournal, TheFrameAndTheByteAreNamed) {
  const TempDir dir;
  std::vector<std::string> records;
  Files files = JournalOf(dir, 12, 300, &records);
  files.wal = Flipped(files.wal, 32 + 5 * 4120 + 100);
  Place(files, dir / "journal");
  EXPECT_THAT(RecordsAt(dir / "journal"), Fails(absl::StatusCode::kDataLoss, "frame 6 (byte 20632) is damaged"));
}

TEST(DamagedJournal, TheMarkNamesWhatIsMissingAtTheEnd) {
  const TempDir dir;
  std::vector<std::string> records;
  Files files = JournalOf(dir, 12, 300, &records);
  files.wal = Flipped(files.wal, files.wal.size() - 50);
  Place(files, dir / "journal");
  EXPECT_THAT(RecordsAt(dir / "journal"),
              Fails(absl::StatusCode::kDataLoss, "ends with record 22, but record 24 was acknowledged"));
}

// After a loss of power the mark may be older than the journal.
TEST(DamagedJournal, WithoutTheMarkOnlyTheLastTransactionsCanBeTakenForTorn) {
  const TempDir dir;
  std::vector<std::string> records;
  const Files files = JournalOf(dir, 12, 300, &records);
  const std::string begin_mark = [&] {
    EXPECT_THAT(CommitMark::Open(dir / "mark"), IsOk());
    return BytesOf(dir / "mark");
  }();
  int refused = 0, shorter = 0;
  for (size_t at = 0; at < files.wal.size(); at += 521) {
    Place({files.database, Flipped(files.wal, at), begin_mark}, dir / "journal");
    const absl::StatusOr<std::vector<std::string>> read = RecordsAt(dir / "journal");
    if (!read.ok()) {
      ++refused;
      continue;
    }
    ++shorter;
    ASSERT_GE(read->size() + 4, records.size()) << "byte " << at;
  }
  EXPECT_GT(refused, 2 * shorter);
}

TEST(DamagedJournal, ATornTransactionThatNobodyWasToldOfIsUndone) {
  const TempDir dir;
  std::vector<std::string> records;
  const Files before = JournalOf(dir, 11, 300, &records);
  const std::vector<std::string> acknowledged = records;
  const auto log = *SqliteLog::Open(dir / "later");
  for (size_t i = 0; i < acknowledged.size(); i += 2) {
    ASSERT_THAT(log->Append({acknowledged[i], acknowledged[i + 1]}), IsOk());
  }
  const Files told = FilesAt(dir / "later");
  ASSERT_THAT(log->Append({"never", std::string(9000, 'x')}), IsOk());
  Files torn = FilesAt(dir / "later");
  torn.mark = told.mark;
  const std::string whole = torn.wal;
  for (size_t size = told.wal.size(); size < whole.size(); size += 1013) {
    torn.wal = whole.substr(0, size);
    Place(torn, dir / "journal");
    EXPECT_EQ(*RecordsAt(dir / "journal"), acknowledged) << "cut to " << size;
  }
}

TEST(DamagedJournal, ADamagedMarkIsRefusedAndAMissingOneIsMadeAgain) {
  const TempDir dir;
  std::vector<std::string> records;
  const Files files = JournalOf(dir, 3, 300, &records);
  for (size_t at = 0; at < files.mark.size(); at += 3) {
    Place({files.database, files.wal, Flipped(files.mark, at)}, dir / "journal");
    EXPECT_THAT(RecordsAt(dir / "journal"), Fails(absl::StatusCode::kDataLoss, dir / "journal-mark")) << "byte " << at;
  }
  Place({files.database, files.wal, ""}, dir / "journal");
  EXPECT_THAT(RecordsAt(dir / "journal"), Fails(absl::StatusCode::kDataLoss, dir / "journal-mark"));
  ASSERT_EQ(::unlink((dir / "journal-mark").c_str()), 0);
  EXPECT_EQ(*RecordsAt(dir / "journal"), records);
  EXPECT_TRUE(std::filesystem::exists(dir / "journal-mark"));
}

TEST(DamagedJournal, AnOlderCopyIsRefusedUntilTheMarkIsRemoved) {
  const TempDir dir;
  std::vector<std::string> older, newer;
  const Files backup = JournalOf(dir, 3, 300, &older);
  const auto log = *SqliteLog::Open(dir / "written");
  ASSERT_THAT(log->Append({"one more"}), IsOk());
  Place({backup.database, backup.wal, BytesOf(dir / "written-mark")}, dir / "journal");
  EXPECT_THAT(RecordsAt(dir / "journal"),
              Fails(absl::StatusCode::kDataLoss, "if you put back an older copy on purpose"));
  ASSERT_EQ(::unlink((dir / "journal-mark").c_str()), 0);
  EXPECT_EQ(*RecordsAt(dir / "journal"), older);
}

TEST(DamagedJournal, AMissingFileIsNotAnEmptyJournal) {
  const TempDir dir;
  std::vector<std::string> records;
  Place({"", "", JournalOf(dir, 3, 300, &records).mark}, dir / "journal");
  EXPECT_THAT(RecordsAt(dir / "journal"), Fails(absl::StatusCode::kDataLoss, "record 6 was acknowledged"));
}

}  // namespace
}  // namespace mote::coordinator
