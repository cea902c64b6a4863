#include "coordinator/journal/sqlite_journal.h"

#include <utility>

#include "common/status_macros.h"
#include "coordinator/journal/convert.h"

namespace mote::coordinator {
namespace {

std::vector<std::string> RecordsOf(const std::vector<Event>& events) {
  std::vector<std::string> records;
  records.reserve(events.size());
  for (const Event& event : events) records.push_back(EncodeEvent(event));
  return records;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteJournal>> SqliteJournal::Open(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(auto log, SqliteLog::Open(path));
  return std::unique_ptr<SqliteJournal>(new SqliteJournal(std::move(log)));
}

absl::Status SqliteJournal::Append(const std::vector<Event>& events) { return log_->Append(RecordsOf(events)); }

absl::Status SqliteJournal::Replay(int64_t first, int64_t count,
                                   const std::function<absl::Status(const Event&)>& apply) {
  return log_->Read(first, count, [&apply](std::string_view bytes) -> absl::Status {
    MOTE_ASSIGN_OR_RETURN(const Event event, DecodeEvent(bytes));
    return apply(event);
  });
}

absl::Status SqliteJournal::Replace(int64_t count, const std::vector<Event>& snapshot) {
  return log_->Replace(count, RecordsOf(snapshot));
}

}  // namespace mote::coordinator
