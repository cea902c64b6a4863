#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <fstream>
#include <functional>

#include "coordinator/journal/convert.h"
#include "coordinator/journal/null_journal.h"
#include "coordinator/journal/sqlite_journal.h"
#include "coordinator/journal/state_dir.h"
#include "tests/coordinator/shell/events.h"
#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"

namespace mote::coordinator {
namespace {

std::vector<Event> Replayed(Journal& journal) {
  std::vector<Event> events;
  EXPECT_THAT(journal.Replay([&events](const Event& event) {
    events.push_back(event);
    return absl::OkStatus();
  }),
              IsOk());
  return events;
}

void ExpectSame(const std::vector<Event>& actual, const std::vector<Event>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) EXPECT_TRUE(actual[i] == expected[i]) << "event " << i;
}

absl::Status ReplayOf(const std::string& path) {
  const auto journal = SqliteJournal::Open(path);
  if (!journal.ok()) return journal.status();
  return (*journal)->Replay([](const Event&) { return absl::OkStatus(); });
}

// Writes three events, then damages the closed file.
std::string JournalDamagedBy(const TempDir& dir, const char* sql) {
  const std::string path = dir / "journal.sqlite";
  {
    const auto journal = *SqliteJournal::Open(path);
    for (uint64_t epoch = 1; epoch <= 3; ++epoch) EXPECT_THAT(journal->Append({EpochStarted{{epoch}}}), IsOk());
  }
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
  return path;
}

// While it lives, this process cannot make a file larger than `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(Journal, EveryKindOfEventIsReplayedEqualAfterReopening) {
  const TempDir dir;
  const std::vector<Event> events = OneEventOfEachKind();
  ExpectSame({}, Replayed(**SqliteJournal::Open(dir / "journal.sqlite")));
  ASSERT_THAT((*SqliteJournal::Open(dir / "journal.sqlite"))->Append(events), IsOk());
  ExpectSame(Replayed(**SqliteJournal::Open(dir / "journal.sqlite")), events);
}

TEST(Journal, BatchesOfSeveralRunsAreReplayedInTheirOrder) {
  const TempDir dir;
  std::vector<Event> all;
  for (uint64_t run = 1; run <= 3; ++run) {
    const auto journal = *SqliteJournal::Open(dir / "journal.sqlite");
    ExpectSame(Replayed(*journal), all);
    for (uint64_t batch = 0; batch < 2; ++batch) {
      const std::vector<Event> events{EpochStarted{{run * 10 + batch}}, StageBound{{run}, 1, "cpu"}};
      ASSERT_THAT(journal->Append(events), IsOk());
      all.insert(all.end(), events.begin(), events.end());
    }
  }
  ExpectSame(Replayed(**SqliteJournal::Open(dir / "journal.sqlite")), all);
}

TEST(Journal, AnEmptyBatchChangesNothing) {
  const TempDir dir;
  const auto journal = *SqliteJournal::Open(dir / "journal.sqlite");
  ASSERT_THAT(journal->Append({}), IsOk());
  ExpectSame(Replayed(*journal), {});
}

TEST(Journal, AFlippedBitIsRefusedWithItsPlace) {
  const TempDir dir;
  // The record still decodes: only the checksum can tell.
  const std::string path = JournalDamagedBy(dir, "UPDATE record SET bytes = x'0a020805' WHERE sequence = 2");
  EXPECT_THAT(DecodeEvent(std::string("\x0a\x02\x08\x05", 4)), IsOk());
  EXPECT_THAT(ReplayOf(path), Fails(absl::StatusCode::kDataLoss, "record 2 has a wrong checksum"));
  EXPECT_THAT(ReplayOf(path), Fails(absl::StatusCode::kDataLoss, path));
}

TEST(Journal, AMissingRecordIsRefusedWithItsPlace) {
  const TempDir dir;
  EXPECT_THAT(ReplayOf(JournalDamagedBy(dir, "DELETE FROM record WHERE sequence = 2")),
              Fails(absl::StatusCode::kDataLoss, "record 2 is missing"));
}

TEST(Journal, SwappedRecordsAreRefused) {
  const TempDir dir;
  EXPECT_THAT(ReplayOf(JournalDamagedBy(dir,
                                        "UPDATE record SET sequence = 9 WHERE sequence = 1;"
                                        "UPDATE record SET sequence = 1 WHERE sequence = 2;"
                                        "UPDATE record SET sequence = 2 WHERE sequence = 9")),
              Fails(absl::StatusCode::kDataLoss, "record 1 has a wrong checksum"));
}

TEST(Journal, AnEventThatTheCoreRefusesIsNamedByItsPlace) {
  const TempDir dir;
  const auto journal = *SqliteJournal::Open(dir / "journal.sqlite");
  ASSERT_THAT(journal->Append({EpochStarted{{1}}}), IsOk());
  ASSERT_THAT(journal->Append({EpochStarted{{2}}, EpochStarted{{3}}}), IsOk());
  int seen = 0;
  EXPECT_THAT(journal->Replay([&seen](const Event&) {
    return ++seen == 3 ? absl::DataLossError("job 7 is unknown") : absl::OkStatus();
  }),
              Fails(absl::StatusCode::kDataLoss, "record 2 cannot be replayed: job 7 is unknown"));
}

TEST(Journal, AFormatOfANewerVersionIsNotTouched) {
  const TempDir dir;
  EXPECT_THAT(ReplayOf(JournalDamagedBy(dir, "UPDATE meta SET value = 5 WHERE key = 'format_version'")),
              Fails(absl::StatusCode::kFailedPrecondition, "has format 5, this coordinator knows format 4"));
}

TEST(Journal, AFormatOfOneEventARecordIsReadAndGoneOnWith) {
  const TempDir dir;
  const std::string path = JournalDamagedBy(dir, "UPDATE meta SET value = 2 WHERE key = 'format_version'");
  for (uint64_t epoch = 4; epoch <= 6; epoch += 2) {
    const auto journal = *SqliteJournal::Open(path);
    ASSERT_THAT(journal->Append({EpochStarted{{epoch}}, EpochStarted{{epoch + 1}}}), IsOk());
  }
  std::vector<Event> expected;
  for (uint64_t epoch = 1; epoch <= 7; ++epoch) expected.push_back(EpochStarted{{epoch}});
  ExpectSame(Replayed(**SqliteJournal::Open(path)), expected);
}

TEST(Journal, EventsOfABatchShareRecordsOfABoundedSize) {
  const std::vector<Event> events(1000, StageBound{{7}, 1, std::string(100, 'c')});
  const std::vector<std::string> records = EncodeEvents(events, 16 << 10);
  EXPECT_THAT(records, ::testing::SizeIs(::testing::AllOf(::testing::Ge(7u), ::testing::Le(8u))));
  EXPECT_THAT(records, ::testing::Each(::testing::SizeIs(::testing::Le(16u << 10))));
  std::vector<Event> decoded;
  for (const std::string& record : records) {
    EXPECT_THAT(DecodeRecord(record,
                             [&decoded](const Event& event) {
                               decoded.push_back(event);
                               return absl::OkStatus();
                             }),
                IsOk());
  }
  ExpectSame(decoded, events);
  EXPECT_THAT(EncodeEvents({events[0], StageBound{{7}, 1, std::string(20 << 10, 'c')}, events[1]}, 16 << 10),
              ::testing::SizeIs(3))
      << "what is too large stands alone";
}

TEST(Journal, AFileThatIsNoJournalIsRefused) {
  const TempDir dir;
  std::ofstream(dir / "journal.sqlite") << std::string(8192, 'x');
  EXPECT_THAT(ReplayOf(dir / "journal.sqlite"), Fails(absl::StatusCode::kDataLoss, dir / "journal.sqlite"));
}

TEST(Journal, ASecondOpenerOfTheFileIsRefused) {
  const TempDir dir;
  const auto first = *SqliteJournal::Open(dir / "journal.sqlite");
  EXPECT_THAT(SqliteJournal::Open(dir / "journal.sqlite"),
              Fails(absl::StatusCode::kFailedPrecondition, "another process holds it"));
  EXPECT_THAT(first->Append({EpochStarted{{1}}}), IsOk());
}

TEST(Journal, AFailedCommitIsReportedAndNeverRetried) {
  const TempDir dir;
  const auto journal = *SqliteJournal::Open(dir / "journal.sqlite");
  ASSERT_THAT(journal->Append({EpochStarted{{1}}}), IsOk());
  absl::Status failed;
  {
    const FileSizeLimit limit(64 << 10);
    failed = journal->Append({StageBound{{1}, 0, std::string(1 << 20, 'x')}});
  }
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(journal->Append({EpochStarted{{2}}}), failed);  // although there is room again
}

TEST(NullJournal, OnlyTheEpochOutlivesTheProcess) {
  const TempDir dir;
  ExpectSame(Replayed(*std::make_unique<NullJournal>(dir / "epoch")), {});
  ASSERT_THAT(NullJournal(dir / "epoch").Append(OneEventOfEachKind()), IsOk());
  ASSERT_THAT(NullJournal(dir / "epoch").Append({EpochStarted{{4}}, StageBound{{1}, 0, "cpu"}}), IsOk());
  ExpectSame(Replayed(*std::make_unique<NullJournal>(dir / "epoch")), {EpochStarted{{4}}});
}

TEST(NullJournal, AnEpochFileThatHoldsSomethingElseIsNamed) {
  const TempDir dir;
  std::ofstream(dir / "epoch") << "four\n";
  NullJournal journal(dir / "epoch");
  EXPECT_THAT(journal.Replay([](const Event&) { return absl::OkStatus(); }),
              Fails(absl::StatusCode::kDataLoss, dir / "epoch"));
}

TEST(StateDir, ASecondCoordinatorIsToldWhoHoldsItAndWhatToDo) {
  const TempDir dir;
  const std::string path = dir / "deep/state";
  {
    const auto held = StateDir::Open(path);
    ASSERT_THAT(held, IsOk());
    EXPECT_THAT(StateDir::Open(path), Fails(absl::StatusCode::kFailedPrecondition, path));
    EXPECT_THAT(StateDir::Open(path), Fails(absl::StatusCode::kFailedPrecondition, absl::StrCat("pid ", ::getpid())));
    EXPECT_THAT(StateDir::Open(path), Fails(absl::StatusCode::kFailedPrecondition, "--state-dir"));
  }
  EXPECT_THAT(StateDir::Open(path), IsOk());
}

}  // namespace
}  // namespace mote::coordinator
