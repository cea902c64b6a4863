#include "coordinator/journal/commit_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/digest.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

constexpr size_t kChecksumDigits = 16;

std::string CheckOf(std::string_view text) { return Sha256(text).Hex().substr(0, kChecksumDigits); }

// One line, always as long, so that it is overwritten in place:
//   "mote-mark 00000000000000000057 9f86d081884c7d65 2c26b46b68ffc68f\n"
std::string Encode(const CommitMark::Value& value) {
  const std::string checksum = value.checksum.empty() ? std::string(kChecksumDigits, '0') : value.checksum;
  const std::string text = absl::StrFormat("mote-mark %020d %s ", value.record, checksum);
  return absl::StrCat(text, CheckOf(text), "\n");
}

std::optional<CommitMark::Value> Decode(const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  CommitMark::Value value;
  if (words.size() != 4 || !absl::SimpleAtoi(words[1], &value.record)) return std::nullopt;
  value.checksum = words[2];
  if (Encode(value) != line) return std::nullopt;
  return value;
}

}  // namespace

absl::StatusOr<CommitMark> CommitMark::Open(const std::string& path) {
  absl::StatusOr<FileDescriptor> file = OpenFile(path, O_RDWR);
  if (absl::IsNotFound(file.status())) {
    MOTE_RETURN_IF_ERROR(ReplaceFile(path, Encode({})));
    file = OpenFile(path, O_RDWR);
  }
  if (!file.ok()) return file.status();
  std::string line(256, '\0');
  const ssize_t size = ::pread(file->get(), line.data(), line.size(), 0);
  if (size < 0) return FileError("reading", path);
  line.resize(static_cast<size_t>(size));
  std::optional<Value> value = Decode(line);
  if (!value) {
    return absl::DataLossError(
        absl::StrCat("\"", path,
                     "\" is damaged: it does not say which record of the journal was acknowledged last; "
                     "restore the state directory from a backup, or remove this file to go on with what the journal "
                     "still holds"));
  }
  return CommitMark(path, *std::move(file), *std::move(value));
}

absl::Status CommitMark::Write(Value value) {
  const std::string line = Encode(value);
  ssize_t written;
  do {
    written = ::pwrite(file_.get(), line.data(), line.size(), 0);
  } while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(line.size())) return FileError("writing", path_);
  value_ = std::move(value);
  return absl::OkStatus();
}

absl::Status CommitMark::Flush() {
  if (::fdatasync(file_.get()) != 0) return FileError("flushing", path_);
  return absl::OkStatus();
}

}  // namespace mote::coordinator
