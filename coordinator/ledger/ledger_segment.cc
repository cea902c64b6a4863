#include "coordinator/ledger/ledger_segment.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/bytes.h"

namespace mote::coordinator {

void PutFrame(uint64_t job, std::string_view entry, std::string* out) {
  ByteWriter writer(out);
  writer.Put(static_cast<uint32_t>(entry.size()));
  writer.Put(job);
  writer.PutRaw(entry);
}

std::optional<LedgerFrame> TakeFrame(std::string_view& bytes) {
  ByteReader reader(bytes);
  const auto size = reader.Get<uint32_t>();
  const auto job = reader.Get<uint64_t>();
  // An entry is never empty: zeros are what a power failure left.
  if (!size.ok() || !job.ok() || *size == 0) return std::nullopt;
  const auto entry = reader.GetRaw(*size);
  if (!entry.ok()) return std::nullopt;
  bytes.remove_prefix(kLedgerFrameHeader + entry->size());
  return LedgerFrame{*job, *entry};
}

std::string SegmentName(uint64_t number) { return absl::StrFormat("%020d.ledger", number); }

std::optional<uint64_t> ParseSegmentName(std::string_view name) {
  constexpr std::string_view kSuffix = ".ledger";
  uint64_t number = 0;
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  if (!absl::SimpleAtoi(std::string(name), &number)) return std::nullopt;
  return number;
}

std::string RangeText(const LedgerSegment& segment) {
  return absl::StrCat(segment.job_min, " ", segment.job_max, "\n");
}

bool ParseRange(std::string_view text, LedgerSegment* segment) {
  const std::vector<std::string> parts = absl::StrSplit(std::string(text.substr(0, text.find('\n'))), ' ');
  return parts.size() == 2 && absl::SimpleAtoi(parts[0], &segment->job_min) &&
         absl::SimpleAtoi(parts[1], &segment->job_max);
}

}  // namespace mote::coordinator
