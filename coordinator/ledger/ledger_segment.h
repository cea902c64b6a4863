#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mote::coordinator {

// One file of the ledger.
struct LedgerSegment {
  uint64_t number = 0;
  std::string path;
  int64_t bytes = 0;  // of whole frames
  uint64_t job_min = UINT64_MAX, job_max = 0;
  bool closed = false;  // it is not written any more

  bool MayHold(uint64_t job) const { return job_min <= job && job <= job_max; }
  void Note(uint64_t job) {
    if (job < job_min) job_min = job;
    if (job > job_max) job_max = job;
  }
};

struct LedgerFrame {
  uint64_t job = 0;
  std::string_view entry;  // a mote.v1.LedgerEntry
};

inline constexpr size_t kLedgerFrameHeader = sizeof(uint32_t) + sizeof(uint64_t);

// Appends a frame.
void PutFrame(uint64_t job, std::string_view entry, std::string* out);

// Takes the first frame; nullopt: what is left is not a whole one.
std::optional<LedgerFrame> TakeFrame(std::string_view& bytes);

std::string SegmentName(uint64_t number);
// nullopt: the name of something else.
std::optional<uint64_t> ParseSegmentName(std::string_view name);

// The jobs of a closed segment: "least most".
std::string RangeText(const LedgerSegment& segment);
// False: not such a text.
bool ParseRange(std::string_view text, LedgerSegment* segment);

}  // namespace mote::coordinator
