// A durable log of byte records in one SQLite file, whose beginning may be replaced
// by a snapshot.
//
// Read in this order: the records of the snapshot, then the records after it. Every
// one carries a checksum over its place and its bytes, so that a flipped bit or a
// record out of place is found, and named, when it is read. Records are numbered
// from 1 for the life of the file, whatever a snapshot has replaced.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/journal/commit_mark.h"
#include "coordinator/journal/journal.h"
#include "coordinator/journal/sqlite_database.h"

namespace mote::coordinator {

// Not thread-safe: one thread at a time.
class SqliteLog {
 public:
  // Opens the log, making it when it is missing. A file that is refused stays as it
  // was found.
  //
  // Returns
  //   FailedPrecondition  another connection holds the file, or it has a format
  //                       that this version does not know: names both
  //   DataLoss            the file is not a journal or is damaged, also in what SQLite
  //                       would take for a torn end (wal_scan.h, commit_mark.h)
  static absl::StatusOr<std::unique_ptr<SqliteLog>> Open(const std::string& path);
  SqliteLog(const SqliteLog&) = delete;
  SqliteLog& operator=(const SqliteLog&) = delete;

  // One durable transaction. After an error the log takes nothing more: every
  // later call returns that error again.
  absl::Status Append(const std::vector<std::string>& records);

  // Replaces the first `count` records (in the order of reading) by `snapshot`, in one
  // durable transaction. Errors as Append.
  absl::Status Replace(int64_t count, const std::vector<std::string>& snapshot);

  // Up to `count` records from the `first` one (from 0) on. An error of `read` ends it
  // and is returned as DataLoss with the record's place.
  //
  // DataLoss: a record is missing or its checksum differs; names its place.
  absl::Status Read(int64_t first, int64_t count, const std::function<absl::Status(std::string_view bytes)>& read);

  const JournalSize& size() const { return size_; }

 private:
  struct Table;

  SqliteLog(std::unique_ptr<SqliteDatabase> database, CommitMark mark)
      : database_(std::move(database)), mark_(std::move(mark)) {}
  absl::Status FindEnd();
  absl::Status CheckMark(const std::string& torn);
  absl::Status CheckFormat();
  absl::Status MakeTables();
  absl::Status Measure();
  absl::Status AppendAll(const std::vector<std::string>& records);
  absl::Status ReplaceAll(int64_t count, const std::vector<std::string>& snapshot);
  absl::Status Insert(SqliteStatement& insert, int64_t key, std::string_view checksum, std::string_view bytes);
  absl::Status ReadRows(const Table& table, int64_t from, int64_t to,
                        const std::function<absl::Status(std::string_view)>& read);
  absl::Status Damaged(std::string_view place, std::string_view what) const;

  const std::unique_ptr<SqliteDatabase> database_;
  CommitMark mark_;
  std::optional<SqliteStatement> insert_;
  bool made_ = false;      // the tables are there
  bool is_older_ = false;  // of a format that this version reads and does not write
  int64_t replaced_ = 0;   // the newest record that the snapshot stands for
  int64_t last_ = 0;       // the newest record
  JournalSize size_;
  absl::Status failed_;  // the first error of Append or Replace
};

}  // namespace mote::coordinator
