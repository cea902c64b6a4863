// Reads a job's entries from segments that may be written meanwhile.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/files/file_bytes.h"
#include "common/ids.h"
#include "coordinator/ledger/ledger_segment.h"
#include "mote/v1/ledger.pb.h"

namespace mote::coordinator {

// Not thread-safe.
class LedgerReader {
 public:
  LedgerReader(JobId job, std::vector<LedgerSegment> segments) : job_(job), segments_(std::move(segments)) {}

  // The next entry; nullopt: there are no more. A segment that was removed meanwhile,
  // as the oldest are, is passed over.
  //
  // DataLoss: a segment is damaged; names its path and place. Others: as errno says.
  absl::StatusOr<std::optional<v1::LedgerEntry>> Next();

 private:
  absl::Status OpenNext();

  const JobId job_;
  const std::vector<LedgerSegment> segments_;
  size_t next_ = 0;
  std::shared_ptr<const FileBytes> mapped_;
  std::string_view rest_;
};

}  // namespace mote::coordinator
