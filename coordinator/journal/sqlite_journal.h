// The journal of one machine: events as mote.journal.v1 records in a SqliteLog.
#pragma once

#include <memory>
#include <string>

#include "coordinator/journal/journal.h"
#include "coordinator/journal/sqlite_log.h"

namespace mote::coordinator {

// Not thread-safe: one thread at a time.
class SqliteJournal : public Journal {
 public:
  // Errors as SqliteLog::Open.
  static absl::StatusOr<std::unique_ptr<SqliteJournal>> Open(const std::string& path);

  absl::Status Append(const std::vector<Event>& events) override;
  using Journal::Replay;
  absl::Status Replay(int64_t first, int64_t count, const std::function<absl::Status(const Event&)>& apply) override;
  absl::Status Replace(int64_t count, const std::vector<Event>& snapshot) override;
  JournalSize size() const override { return log_->size(); }

 private:
  explicit SqliteJournal(std::unique_ptr<SqliteLog> log) : log_(std::move(log)) {}

  const std::unique_ptr<SqliteLog> log_;
};

}  // namespace mote::coordinator
