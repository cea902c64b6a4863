#include "worker/engine/shared_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

namespace fs = std::filesystem;

absl::Status CannotRead(const std::string& path, const std::string& why) {
  return absl::UnavailableError(absl::StrCat("the shared file \"", path, "\" cannot be read on this worker: ", why,
                                             "; it must lie at the same path on every worker"));
}

// Both without symbolic links, so that none leads out.
bool LiesIn(const fs::path& file, const std::string& dir) {
  std::error_code missing;
  const fs::path root = fs::canonical(dir, missing);
  return !missing && std::mismatch(root.begin(), root.end(), file.begin(), file.end()).first == root.end();
}

std::string Describe(const SharedFile& file) {
  return absl::StrCat(file.bytes, " bytes, written ",
                      absl::FormatTime(absl::FromUnixNanos(file.modified_ns), absl::UTCTimeZone()));
}

}  // namespace

absl::Status SharedFiles::NotAllowed(const std::string& path) const {
  const std::string have = dirs_.empty() ? "it has none" : absl::StrCat("it has ", absl::StrJoin(dirs_, ", "));
  return absl::UnavailableError(absl::StrCat("the shared file \"", path,
                                             "\" lies in no directory that this worker may read (", have,
                                             "); start workers with --shared-dir DIR"));
}

bool SharedFiles::IsAllowed(const fs::path& real) const {
  return std::any_of(dirs_.begin(), dirs_.end(), [&real](const std::string& dir) { return LiesIn(real, dir); });
}

absl::Status SharedFiles::Open(const std::string& path) {
  opened_.reset();
  std::error_code error;
  // What exists outside of the directories is nobody's business either.
  const fs::path nearest = fs::weakly_canonical(path, error);
  if (error || !IsAllowed(nearest)) return NotAllowed(path);
  struct stat info {};
  if (::stat(nearest.c_str(), &info) != 0) return CannotRead(path, std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return CannotRead(path, "it is no file");
  // Neither waits for the other end of a pipe that has taken its place meanwhile.
  absl::StatusOr<FileDescriptor> file = OpenFile(nearest.string(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file.ok()) return CannotRead(path, std::string(file.status().message()));
  // A link may have come into the path since it was looked at: what was opened counts.
  const fs::path opened = fs::read_symlink(absl::StrCat("/proc/self/fd/", file->get()), error);
  if (error || !IsAllowed(opened)) return NotAllowed(path);
  opened_.emplace(Opened{path, *std::move(file)});
  return absl::OkStatus();
}

// The file as it is now. A name may have come to stand for another file since it was opened.
absl::StatusOr<SharedFile> SharedFiles::Look(const std::string& path) {
  struct stat named {
  }, held{};
  const bool open = opened_ && opened_->path == path && ::stat(path.c_str(), &named) == 0 &&
                    ::fstat(opened_->file.get(), &held) == 0 && held.st_ino == named.st_ino &&
                    held.st_dev == named.st_dev;
  if (!open) {
    MOTE_RETURN_IF_ERROR(Open(path));
    if (::fstat(opened_->file.get(), &held) != 0) return CannotRead(path, std::strerror(errno));
  }
  if (!S_ISREG(held.st_mode)) return CannotRead(path, "it is no file");
  return SharedFile{path, held.st_size, absl::ToUnixNanos(absl::TimeFromTimespec(held.st_mtim))};
}

absl::StatusOr<SharedFile> SharedFiles::Find(const std::string& path) { return Look(path); }

absl::Status SharedFiles::Read(const SharedFile& file, int64_t offset, int64_t length, std::string* bytes) {
  bytes->resize(static_cast<size_t>(length));
  MOTE_ASSIGN_OR_RETURN(SharedFile now, Look(file.path));
  int64_t done = 0;
  while (now == file && done < length) {
    const ssize_t n =
        ::pread(opened_->file.get(), bytes->data() + done, static_cast<size_t>(length - done), offset + done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return CannotRead(file.path, std::strerror(errno));
    if (n == 0) break;  // it was cut off: seen below
    done += n;
  }
  // Also what was written while it was being read.
  MOTE_ASSIGN_OR_RETURN(now, Look(file.path));
  if (now == file && done < length) {
    return CannotRead(file.path, absl::StrCat("it ends at byte ", offset + done, ", its size is ", now.bytes));
  }
  if (now == file) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the shared file \"", file.path, "\" changed while the job ran: it had ",
                                          Describe(file), "; now it has ", Describe(now), "; submit the job again"));
}

}  // namespace mote::engine
