#include "coordinator/ledger/ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/file_bytes.h"
#include "common/status_macros.h"
#include "coordinator/convert/ledger_convert.h"

namespace mote::coordinator {
namespace {

namespace fs = std::filesystem;

std::string RangePath(const LedgerSegment& segment) { return segment.path + ".jobs"; }

absl::Status Remove(const std::string& path) {
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? absl::OkStatus() : FileError("removing", path);
}

// The frames that are whole, and whose they are.
absl::Status Scan(LedgerSegment* segment) {
  MOTE_ASSIGN_OR_RETURN(const auto mapped, MapFile(segment->path));
  std::string_view rest = mapped->bytes();
  while (const std::optional<LedgerFrame> frame = TakeFrame(rest)) segment->Note(frame->job);
  segment->bytes = static_cast<int64_t>(mapped->bytes().size() - rest.size());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(const std::string& dir, Options options) {
  MOTE_RETURN_IF_ERROR(MakeDirectories(dir));
  std::unique_ptr<Ledger> ledger(new Ledger(dir, options));
  MOTE_RETURN_IF_ERROR(ledger->Recover());
  return ledger;
}

absl::Status Ledger::Recover() {
  const std::lock_guard lock(mutex_);
  std::error_code error;
  std::vector<uint64_t> numbers;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir_, error)) {
    if (const auto number = ParseSegmentName(entry.path().filename().string())) numbers.push_back(*number);
  }
  if (error) return absl::UnavailableError(absl::StrCat("reading \"", dir_, "\": ", error.message()));
  std::sort(numbers.begin(), numbers.end());
  for (const uint64_t number : numbers) MOTE_RETURN_IF_ERROR(AddSegment(number));
  return RemoveOldest();
}

// Requires mutex_.
absl::Status Ledger::AddSegment(uint64_t number) {
  LedgerSegment segment;
  segment.number = number;
  segment.path = absl::StrCat(dir_, "/", SegmentName(number));
  next_number_ = number + 1;
  const auto range = MapFile(RangePath(segment));
  segment.closed = range.ok() && ParseRange((*range)->bytes(), &segment);
  if (segment.closed) {
    std::error_code error;
    segment.bytes = static_cast<int64_t>(fs::file_size(segment.path, error));
    if (error) return absl::UnavailableError(absl::StrCat("reading \"", segment.path, "\": ", error.message()));
  } else {
    MOTE_RETURN_IF_ERROR(Scan(&segment));
    if (segment.bytes == 0) return Remove(segment.path);
    if (::truncate(segment.path.c_str(), segment.bytes) != 0) return FileError("cutting", segment.path);
    MOTE_RETURN_IF_ERROR(Close(&segment));
  }
  bytes_ += segment.bytes;
  segments_.push_back(std::move(segment));
  return absl::OkStatus();
}

absl::Status Ledger::Close(LedgerSegment* segment) {
  segment->closed = true;
  return ReplaceFile(RangePath(*segment), RangeText(*segment));
}

absl::Status Ledger::Append(std::vector<LedgerEntry> entries) {
  std::string frames;
  std::vector<uint64_t> jobs;
  for (LedgerEntry& entry : entries) {
    jobs.push_back(entry.job.value);
    PutFrame(jobs.back(), ToProto(std::move(entry)).SerializeAsString(), &frames);
  }
  const std::lock_guard lock(mutex_);
  if (segments_.empty() || segments_.back().closed) MOTE_RETURN_IF_ERROR(OpenSegment());
  LedgerSegment& segment = segments_.back();
  if (absl::Status written = WriteAll(file_, frames, segment.path); !written.ok()) {
    // Half of a frame would make the next ones unreadable.
    if (::ftruncate(file_.get(), segment.bytes) != 0) MOTE_RETURN_IF_ERROR(CloseSegment());
    return written;
  }
  for (const uint64_t job : jobs) segment.Note(job);
  segment.bytes += static_cast<int64_t>(frames.size());
  bytes_ += static_cast<int64_t>(frames.size());
  return segment.bytes < options_.segment_bytes ? absl::OkStatus() : CloseSegment();
}

// Requires mutex_.
absl::Status Ledger::OpenSegment() {
  LedgerSegment segment;
  segment.number = next_number_;
  segment.path = absl::StrCat(dir_, "/", SegmentName(segment.number));
  // O_APPEND: after a cut the next bytes come where the file ends.
  MOTE_ASSIGN_OR_RETURN(file_, OpenFile(segment.path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND));
  ++next_number_;
  segments_.push_back(std::move(segment));
  return absl::OkStatus();
}

// Requires mutex_.
absl::Status Ledger::CloseSegment() {
  file_.Close();
  MOTE_RETURN_IF_ERROR(Close(&segments_.back()));
  return RemoveOldest();
}

// Requires mutex_.
absl::Status Ledger::RemoveOldest() {
  while (bytes_ > options_.bytes_max && !segments_.empty() && segments_.front().closed) {
    const LedgerSegment& oldest = segments_.front();
    MOTE_RETURN_IF_ERROR(Remove(RangePath(oldest)));
    MOTE_RETURN_IF_ERROR(Remove(oldest.path));
    bytes_ -= oldest.bytes;
    segments_.pop_front();
  }
  return absl::OkStatus();
}

LedgerReader Ledger::Read(JobId job) const {
  const std::lock_guard lock(mutex_);
  std::vector<LedgerSegment> segments;
  std::copy_if(segments_.begin(), segments_.end(), std::back_inserter(segments),
               [job](const LedgerSegment& segment) { return segment.MayHold(job.value); });
  return LedgerReader(job, std::move(segments));
}

}  // namespace mote::coordinator
