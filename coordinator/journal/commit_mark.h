// The last record that was acknowledged, in a small file of its own beside the
// journal: what SQLite says it holds is compared with it when the journal is opened.
//
// SQLite takes a damaged end of its write-ahead log for a transaction that never was
// durable, and drops it. The mark tells the two apart. It is written after each
// commit and before anything is acknowledged, without a flush of its own: after
// kill -9 it is exact (the page cache outlives the process), after a loss of power it
// may be older than the journal, never newer. docs/adr/0008 says what that finds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/files/posix_file.h"

namespace mote::coordinator {

// Not thread-safe.
class CommitMark {
 public:
  struct Value {
    int64_t record = 0;
    std::string checksum;  // of that record, as hexadecimal digits
    bool operator==(const Value&) const = default;
  };

  // Opens the mark; a missing one is made, for record 0, and flushed.
  //
  // DataLoss: the file holds something else; names it and the remedy.
  static absl::StatusOr<CommitMark> Open(const std::string& path);

  const std::string& path() const { return path_; }
  // What it says now.
  const Value& value() const { return value_; }
  // Not flushed to the disk.
  absl::Status Write(Value value);
  absl::Status Flush();

 private:
  CommitMark(std::string path, FileDescriptor file, Value value)
      : path_(std::move(path)), file_(std::move(file)), value_(std::move(value)) {}

  std::string path_;
  FileDescriptor file_;
  Value value_;
};

}  // namespace mote::coordinator
