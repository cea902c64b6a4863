#include "common/files/blob_files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/files/posix_file.h"
#include "common/status_macros.h"

namespace mote {
namespace {

// A temporary file's name starts with the pid of its writer.
bool WriterIsDead(const std::string& name) {
  int pid = 0;
  if (!absl::SimpleAtoi(name.substr(0, name.find('.')), &pid) || pid <= 0) return true;
  return ::kill(pid, 0) != 0 && errno == ESRCH;
}

void RemoveLeftovers(const std::string& folder) {
  std::error_code error;  // a file that another process removes meanwhile is no fault
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (WriterIsDead(entry.path().filename().string())) std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<BlobFiles>> BlobFiles::Open(std::string dir) {
  MOTE_RETURN_IF_ERROR(MakeDirectories(dir + "/tmp"));
  RemoveLeftovers(dir + "/tmp");
  // All folders now, so that a durable write flushes a file and one folder only.
  for (int i = 0; i < kFolders; ++i)
    MOTE_RETURN_IF_ERROR(MakeDirectories(absl::StrCat(dir, "/", absl::Hex(i, absl::kZeroPad2))));
  MOTE_RETURN_IF_ERROR(SyncPath(dir));
  return std::unique_ptr<BlobFiles>(new BlobFiles(std::move(dir)));
}

std::string BlobFiles::Folder(const Digest& digest) const { return absl::StrCat(dir_, "/", digest.Hex().substr(0, 2)); }

std::string BlobFiles::Path(const Digest& digest) const { return absl::StrCat(Folder(digest), "/", digest.Hex()); }

std::string BlobFiles::TemporaryName() {
  // The object's address tells two objects of one process apart.
  return absl::StrCat(dir_, "/tmp/", ::getpid(), ".", reinterpret_cast<uintptr_t>(this), ".",
                      temporaries_.fetch_add(1));
}

bool BlobFiles::Has(const Digest& digest) const { return ::access(Path(digest).c_str(), F_OK) == 0; }

bool BlobFiles::Holds(const Digest& digest, std::string_view bytes) const {
  const auto there = Read(digest);
  return there.ok() && (*there)->bytes() == bytes;
}

absl::StatusOr<bool> BlobFiles::Touch(const Digest& digest, absl::Time time) {
  const timespec both[2] = {absl::ToTimespec(time), absl::ToTimespec(time)};
  if (::utimensat(AT_FDCWD, Path(digest).c_str(), both, 0) == 0) return true;
  if (errno == ENOENT) return false;  // removed meanwhile
  return FileError("touching", Path(digest));
}

absl::Status BlobFiles::Write(const Digest& digest, std::string_view bytes, bool durable) {
  bool is_there = Holds(digest, bytes);
  // As if written now: who removes what is old must not take it.
  if (is_there) {
    MOTE_ASSIGN_OR_RETURN(is_there, Touch(digest, absl::Now()));
  }
  if (!is_there) return Replace(digest, bytes, durable);
  return durable ? Sync({digest}) : absl::OkStatus();
}

absl::Status BlobFiles::Replace(const Digest& digest, std::string_view bytes, bool durable) {
  const std::string temporary = TemporaryName();
  absl::Status status = [&] {
    MOTE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL));
    MOTE_RETURN_IF_ERROR(WriteAll(file, bytes, temporary));
    if (durable && ::fsync(file.get()) != 0) return FileError("flushing", temporary);
    if (::rename(temporary.c_str(), Path(digest).c_str()) != 0) return FileError("renaming", temporary);
    return absl::OkStatus();
  }();
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return durable ? SyncPath(Folder(digest)) : absl::OkStatus();
}

absl::Status BlobFiles::LinkFrom(const BlobFiles& other, const Digest& digest) {
  const std::string from = other.Path(digest);
  if (::link(from.c_str(), Path(digest).c_str()) == 0 || errno == EEXIST) return absl::OkStatus();
  if (errno == ENOENT) return FileError("linking", from);
  // A file system without hard links: a copy has to do.
  MOTE_ASSIGN_OR_RETURN(const std::shared_ptr<const FileBytes> blob, other.Read(digest));
  return Write(digest, blob->bytes(), /*durable=*/false);
}

absl::StatusOr<absl::Time> BlobFiles::WrittenAt(const Digest& digest) const {
  const std::string path = Path(digest);
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return FileError("reading", path);
  return absl::TimeFromTimespec(info.st_mtim);
}

absl::StatusOr<std::vector<Digest>> BlobFiles::List(int folder) const {
  const std::string path = absl::StrCat(dir_, "/", absl::Hex(folder, absl::kZeroPad2));
  std::vector<Digest> digests;
  std::error_code error;
  auto at = std::filesystem::directory_iterator(path, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    const absl::StatusOr<Digest> digest = Digest::FromHex(at->path().filename().string());
    if (digest.ok()) digests.push_back(*digest);
  }
  if (error) return absl::InternalError(absl::StrCat("listing \"", path, "\": ", error.message()));
  return digests;
}

absl::Status BlobFiles::Sync(const std::vector<Digest>& digests) {
  std::set<std::string> folders;
  for (const Digest& digest : digests) {
    MOTE_RETURN_IF_ERROR(SyncPath(Path(digest)));
    folders.insert(Folder(digest));
  }
  for (const std::string& folder : folders) MOTE_RETURN_IF_ERROR(SyncPath(folder));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const FileBytes>> BlobFiles::Map(const Digest& digest) const {
  return MapFile(Path(digest));
}

absl::StatusOr<std::shared_ptr<const FileBytes>> BlobFiles::Read(const Digest& digest) const {
  return ReadWholeFile(Path(digest));
}

absl::StatusOr<int64_t> BlobFiles::Size(const Digest& digest) const {
  struct stat info {};
  const std::string path = Path(digest);
  if (::stat(path.c_str(), &info) != 0) return FileError("reading", path);
  return static_cast<int64_t>(info.st_size);
}

absl::Status BlobFiles::Remove(const Digest& digest) {
  const std::string path = Path(digest);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return FileError("removing", path);
  return absl::OkStatus();
}

}  // namespace mote
