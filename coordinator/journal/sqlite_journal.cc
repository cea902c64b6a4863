#include "coordinator/journal/sqlite_journal.h"

#include <utility>

#include "common/status_macros.h"
#include "coordinator/journal/convert.h"

namespace mote::coordinator {
namespace {

// Of several events: about a hundred, so that what is replayed at a time stays small.
constexpr size_t kRecordBytesMax = 16 << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteJournal>> SqliteJournal::Open(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(auto log, SqliteLog::Open(path));
  return std::unique_ptr<SqliteJournal>(new SqliteJournal(std::move(log)));
}

absl::Status SqliteJournal::Append(const std::vector<Event>& events) {
  return log_->Append(EncodeEvents(events, kRecordBytesMax));
}

absl::Status SqliteJournal::Replay(int64_t first, int64_t count,
                                   const std::function<absl::Status(const Event&)>& apply) {
  return log_->Read(first, count, [&apply](std::string_view record) { return DecodeRecord(record, apply); });
}

absl::Status SqliteJournal::Replace(int64_t count, const std::vector<Event>& snapshot) {
  return log_->Replace(count, EncodeEvents(snapshot, /*record_bytes_max=*/0));
}

}  // namespace mote::coordinator
