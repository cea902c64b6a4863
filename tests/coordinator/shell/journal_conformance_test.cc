// What every journal promises (coordinator/journal/journal.h), of each of them.
#include <gtest/gtest.h>

#include <memory>

#include "coordinator/journal/null_journal.h"
#include "coordinator/journal/sqlite_journal.h"
#include "tests/coordinator/shell/events.h"
#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"
#include "tests/testing/memory_journal.h"

namespace mote::coordinator {
namespace {

using Events = std::vector<Event>;

Events Numbered(uint64_t from, uint64_t to) {
  Events events;
  for (uint64_t i = from; i < to; ++i) events.push_back(StageBound{{i}, 0, "cpu"});
  return events;
}

Events Joined(Events a, const Events& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Each is a record of its own.
absl::Status Append(Journal& journal, const Events& events) {
  for (const Event& event : events) {
    if (const absl::Status appended = journal.Append({event}); !appended.ok()) return appended;
  }
  return absl::OkStatus();
}

Events Part(Journal& journal, int64_t first, int64_t count) {
  Events events;
  EXPECT_THAT(journal.Replay(first, count,
                             [&events](const Event& event) {
                               events.push_back(event);
                               return absl::OkStatus();
                             }),
              IsOk());
  return events;
}

Events All(Journal& journal) { return Part(journal, 0, journal.size().records()); }

class SqliteKind {
 public:
  std::unique_ptr<Journal> Open() { return *SqliteJournal::Open(dir_ / "journal.sqlite"); }
  static constexpr bool kReopens = true;

 private:
  TempDir dir_;
};

class MemoryKind {
 public:
  std::unique_ptr<Journal> Open() { return std::make_unique<mote::testing::MemoryJournal>(); }
  static constexpr bool kReopens = false;
};

template <class Kind>
class JournalConformance : public ::testing::Test {
 protected:
  Kind kind_;
  std::unique_ptr<Journal> journal_ = kind_.Open();

  // Nothing may depend on the process that wrote it.
  void Reopen() {
    if (!Kind::kReopens) return;
    journal_.reset();
    journal_ = kind_.Open();
  }
};
using Kinds = ::testing::Types<SqliteKind, MemoryKind>;
TYPED_TEST_SUITE(JournalConformance, Kinds);

TYPED_TEST(JournalConformance, EventsComeBackInTheirOrderWholeAndInParts) {
  Journal& journal = *this->journal_;
  EXPECT_EQ(All(journal), Events());
  ASSERT_THAT(Append(journal, Numbered(0, 5)), IsOk());
  ASSERT_THAT(journal.Append({}), IsOk());
  ASSERT_THAT(Append(journal, Numbered(5, 9)), IsOk());
  EXPECT_EQ(All(journal), Numbered(0, 9));
  EXPECT_EQ(Part(journal, 3, 4), Numbered(3, 7));
  EXPECT_EQ(Part(journal, 7, 100), Numbered(7, 9));
  EXPECT_EQ(Part(journal, 9, 1), Events());
}

TYPED_TEST(JournalConformance, ASnapshotReplacesTheBeginningAndLaterEventsStayBehindIt) {
  ASSERT_THAT(Append(*this->journal_, Numbered(0, 10)), IsOk());
  ASSERT_THAT(this->journal_->Replace(6, Numbered(100, 103)), IsOk());
  ASSERT_THAT(Append(*this->journal_, Numbered(10, 12)), IsOk());
  this->Reopen();
  EXPECT_EQ(All(*this->journal_), Joined(Numbered(100, 103), Numbered(6, 12)));
  EXPECT_EQ(Part(*this->journal_, 2, 3), Joined(Numbered(102, 103), Numbered(6, 8)));
  EXPECT_EQ(Part(*this->journal_, 4, 2), Numbered(7, 9));
}

TYPED_TEST(JournalConformance, ASnapshotOfEverythingLeavesOnlyItself) {
  ASSERT_THAT(Append(*this->journal_, Numbered(0, 10)), IsOk());
  ASSERT_THAT(this->journal_->Replace(10, Numbered(100, 103)), IsOk());
  this->Reopen();
  EXPECT_EQ(All(*this->journal_), Numbered(100, 103));
  ASSERT_THAT(Append(*this->journal_, Numbered(10, 11)), IsOk());
  this->Reopen();
  EXPECT_EQ(All(*this->journal_), Joined(Numbered(100, 103), Numbered(10, 11)));
}

TYPED_TEST(JournalConformance, ASnapshotReplacesTheOneBeforeIt) {
  ASSERT_THAT(Append(*this->journal_, Numbered(0, 10)), IsOk());
  ASSERT_THAT(this->journal_->Replace(10, Numbered(100, 105)), IsOk());
  ASSERT_THAT(Append(*this->journal_, Numbered(10, 14)), IsOk());
  ASSERT_THAT(this->journal_->Replace(5 + 3, Numbered(200, 202)), IsOk());
  this->Reopen();
  EXPECT_EQ(All(*this->journal_), Joined(Numbered(200, 202), Numbered(13, 14)));
}

TYPED_TEST(JournalConformance, TheSizeTellsSnapshotAndTailApart) {
  ASSERT_THAT(Append(*this->journal_, Numbered(0, 10)), IsOk());
  ASSERT_THAT(this->journal_->Replace(7, Numbered(100, 102)), IsOk());
  const JournalSize size = this->journal_->size();
  EXPECT_EQ(size.snapshot_records, 2);
  EXPECT_EQ(size.tail_records, 3);
  EXPECT_GT(size.snapshot_bytes, 0);
  EXPECT_GT(size.tail_bytes, size.snapshot_bytes);
  this->Reopen();
  EXPECT_EQ(this->journal_->size(), size);
}

TYPED_TEST(JournalConformance, EveryKindOfEventIsKeptEqual) {
  ASSERT_THAT(Append(*this->journal_, OneEventOfEachKind()), IsOk());
  ASSERT_THAT(Append(*this->journal_, Numbered(0, 1)), IsOk());
  this->Reopen();
  const auto events = static_cast<int64_t>(OneEventOfEachKind().size());
  EXPECT_EQ(Part(*this->journal_, 0, events), OneEventOfEachKind());
  ASSERT_THAT(this->journal_->Replace(events + 1, OneEventOfEachKind()), IsOk());
  this->Reopen();
  EXPECT_EQ(All(*this->journal_), OneEventOfEachKind());
}

TEST(NullJournalConformance, TheEpochIsAllThatIsKeptAndASnapshotChangesNothing) {
  const TempDir dir;
  NullJournal journal(dir / "epoch");
  EXPECT_EQ(All(journal), Events());
  ASSERT_THAT(journal.Append(Joined({EpochStarted{{4}}}, Numbered(0, 5))), IsOk());
  EXPECT_EQ(All(journal), Events{EpochStarted{{4}}});
  ASSERT_THAT(journal.Replace(1, Numbered(100, 103)), IsOk());
  EXPECT_EQ(All(journal), Events{EpochStarted{{4}}});
}

}  // namespace
}  // namespace mote::coordinator
