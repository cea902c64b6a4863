#include "coordinator/journal/sqlite_journal.h"

#include <utility>

#include "common/status_macros.h"
#include "coordinator/journal/convert.h"

namespace mote::coordinator {

absl::StatusOr<std::unique_ptr<SqliteJournal>> SqliteJournal::Open(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(auto log, SqliteLog::Open(path));
  return std::unique_ptr<SqliteJournal>(new SqliteJournal(std::move(log)));
}

absl::Status SqliteJournal::Append(const std::vector<Event>& events) {
  std::vector<std::string> records;
  records.reserve(events.size());
  for (const Event& event : events) records.push_back(EncodeEvent(event));
  return log_->Append(records);
}

absl::Status SqliteJournal::Replay(const std::function<absl::Status(const Event&)>& apply) {
  return log_->Read([&apply](int64_t, std::string_view bytes) -> absl::Status {
    MOTE_ASSIGN_OR_RETURN(const Event event, DecodeEvent(bytes));
    return apply(event);
  });
}

}  // namespace mote::coordinator
