// One connection to a SQLite file, set up for a journal: WAL, synchronous=FULL,
// exclusive locking, no mmap; with errors that name the file and what to do.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mote::coordinator {

// A prepared statement; finalized when destroyed. Not thread-safe.
class SqliteStatement {
 public:
  explicit SqliteStatement(sqlite3_stmt* statement = nullptr) : statement_(statement) {}
  ~SqliteStatement();
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement& operator=(SqliteStatement&& other) noexcept;
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  sqlite3_stmt* get() const { return statement_; }
  void Bind(int parameter, int64_t value);
  // The bytes must stay where they are until the statement has run.
  void Bind(int parameter, std::string_view bytes);
  int64_t Integer(int column) const;
  // Valid until the next step.
  std::string_view Blob(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// Not thread-safe: one thread at a time.
class SqliteDatabase {
 public:
  // Opens the file, making it when it is missing. Until KeepWritten() nothing that
  // lies in its write-ahead log is moved or removed, so that a refused file stays as
  // it was found.
  //
  // Errors as Error.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(const std::string& path);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  const std::string& path() const { return path_; }
  // The file has been found good: moves its write-ahead log into it.
  absl::Status KeepWritten();
  absl::Status Execute(const char* sql);
  absl::StatusOr<SqliteStatement> Prepare(const std::string& sql);
  // The first column of the one row that a query answers.
  absl::StatusOr<int64_t> IntegerOf(const std::string& sql);

  // DataLoss: pages contradict each other; says which.
  absl::Status CheckStructure();

  // What a result code of SQLite means for people.
  //
  //   FailedPrecondition  another connection holds the file
  //   ResourceExhausted   its disk is full
  //   DataLoss            it is not a SQLite file or is damaged
  //   PermissionDenied    it cannot be opened or written
  //   Internal            the disk or the system failed
  absl::Status Error(int code, std::string_view doing) const;

 private:
  explicit SqliteDatabase(std::string path) : path_(std::move(path)) {}

  const std::string path_;
  sqlite3* connection_ = nullptr;
};

}  // namespace mote::coordinator
