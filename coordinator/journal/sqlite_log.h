// A durable log of byte records in one SQLite file.
//
// WAL, synchronous=FULL, exclusive locking, one connection, no mmap. Each record
// carries a checksum over its sequence number and its bytes, so that a flipped bit
// or a record out of place is found, and named, when it is read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mote::coordinator {

// Not thread-safe: one thread at a time.
class SqliteLog {
 public:
  // Opens the log, making it when it is missing.
  //
  // Returns
  //   FailedPrecondition  another connection holds the file, or it has a format
  //                       that this version does not know: names both
  //   DataLoss            the file is not a journal or is damaged
  static absl::StatusOr<std::unique_ptr<SqliteLog>> Open(const std::string& path);
  ~SqliteLog();
  SqliteLog(const SqliteLog&) = delete;
  SqliteLog& operator=(const SqliteLog&) = delete;

  // One durable transaction. After an error the log takes nothing more: every
  // later call returns that error again.
  absl::Status Append(const std::vector<std::string>& records);

  // Every record in order, from sequence number 1. An error of `read` ends it and is
  // returned as DataLoss with the record's place.
  //
  // DataLoss: a record is missing or its checksum differs; names its sequence number.
  absl::Status Read(const std::function<absl::Status(int64_t sequence, std::string_view bytes)>& read);

 private:
  explicit SqliteLog(std::string path) : path_(std::move(path)) {}
  absl::Status Connect();
  absl::Status CheckFormat();
  absl::Status FindEnd();
  absl::Status Execute(const char* sql);
  absl::StatusOr<sqlite3_stmt*> Prepare(const char* sql);
  absl::Status Insert(int64_t sequence, std::string_view bytes);
  absl::Status AppendAll(const std::vector<std::string>& records);
  absl::Status Error(int code, std::string_view doing) const;
  absl::Status Damaged(int64_t sequence, std::string_view what) const;

  const std::string path_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  int64_t next_sequence_ = 1;
  absl::Status failed_;  // the first error of Append
};

}  // namespace mote::coordinator
