#include "coordinator/journal/state_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

std::string HolderOf(const FileDescriptor& lock) {
  char text[32];
  const ssize_t size = ::pread(lock.get(), text, sizeof(text), 0);
  if (size <= 0) return "pid unknown";
  return absl::StrCat("pid ", absl::StripAsciiWhitespace(absl::string_view(text, static_cast<size_t>(size))));
}

absl::Status WritePid(const FileDescriptor& lock, const std::string& path) {
  if (::ftruncate(lock.get(), 0) != 0) return FileError("emptying", path);
  return WriteAll(lock, absl::StrCat(::getpid(), "\n"), path);
}

}  // namespace

absl::StatusOr<StateDir> StateDir::Open(const std::string& path) {
  MOTE_RETURN_IF_ERROR(MakeDirectories(path));
  const std::string lock_path = path + "/lock";
  MOTE_ASSIGN_OR_RETURN(FileDescriptor lock, OpenFile(lock_path, O_RDWR | O_CREAT));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return FileError("locking", lock_path);
    return absl::FailedPreconditionError(absl::StrCat("state directory \"", path, "\" is held by another coordinator (",
                                                      HolderOf(lock), "); stop it or choose another --state-dir"));
  }
  MOTE_RETURN_IF_ERROR(WritePid(lock, lock_path));
  return StateDir(path, std::move(lock));
}

}  // namespace mote::coordinator
