#include "coordinator/journal/null_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/files/posix_file.h"
#include "common/status_macros.h"

namespace mote::coordinator {

absl::Status NullJournal::Append(const std::vector<Event>& events) {
  for (const Event& event : events) {
    const auto* started = std::get_if<EpochStarted>(&event);
    if (started != nullptr) MOTE_RETURN_IF_ERROR(KeepEpoch(started->epoch));
  }
  return absl::OkStatus();
}

absl::Status NullJournal::KeepEpoch(Epoch epoch) const {
  return ReplaceFile(epoch_path_, absl::StrCat(epoch.value, "\n"));
}

JournalSize NullJournal::size() const {
  JournalSize size;
  size.tail_records = 1;  // the epoch, if the file is there
  return size;
}

absl::Status NullJournal::Replay(int64_t first, int64_t count, const std::function<absl::Status(const Event&)>& apply) {
  if (first > 0 || count == 0) return absl::OkStatus();
  const absl::StatusOr<FileDescriptor> file = OpenFile(epoch_path_, O_RDONLY);
  if (absl::IsNotFound(file.status())) return absl::OkStatus();
  if (!file.ok()) return file.status();
  char text[32];
  const ssize_t size = ::read(file->get(), text, sizeof(text));
  if (size < 0) return FileError("reading", epoch_path_);
  EpochStarted started;
  if (!absl::SimpleAtoi(absl::string_view(text, static_cast<size_t>(size)), &started.epoch.value)) {
    return absl::DataLossError(absl::StrCat("\"", epoch_path_,
                                            "\" does not hold an epoch; remove it when no worker of "
                                            "an earlier coordinator runs any more"));
  }
  return apply(started);
}

}  // namespace mote::coordinator
