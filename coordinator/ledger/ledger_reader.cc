#include "coordinator/ledger/ledger_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::coordinator {

absl::Status LedgerReader::OpenNext() {
  const LedgerSegment& segment = segments_[next_++];
  absl::StatusOr<std::shared_ptr<const FileBytes>> mapped = MapFile(segment.path);
  if (absl::IsNotFound(mapped.status())) return absl::OkStatus();
  MOTE_RETURN_IF_ERROR(mapped.status());
  mapped_ = *std::move(mapped);
  rest_ = mapped_->bytes().substr(0, static_cast<size_t>(segment.bytes));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::LedgerEntry>> LedgerReader::Next() {
  for (;;) {
    while (rest_.empty()) {
      if (next_ == segments_.size()) return std::nullopt;
      MOTE_RETURN_IF_ERROR(OpenNext());
    }
    const size_t at = static_cast<size_t>(segments_[next_ - 1].bytes) - rest_.size();
    const std::string_view before = rest_;
    const std::optional<LedgerFrame> frame = TakeFrame(rest_);
    v1::LedgerEntry entry;
    const bool wanted = frame && frame->job == job_.value;
    if (!frame || (wanted && !entry.ParseFromArray(frame->entry.data(), static_cast<int>(frame->entry.size())))) {
      rest_ = before;
      return absl::DataLossError(absl::StrCat("\"", segments_[next_ - 1].path, "\" is damaged at byte ", at,
                                              ": what tasks cost is lost from there on; results are not concerned"));
    }
    if (wanted) return entry;
  }
}

}  // namespace mote::coordinator
