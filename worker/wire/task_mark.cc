#include "worker/wire/task_mark.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace mote::wire {

absl::StatusOr<std::unique_ptr<MappedTaskMark>> MappedTaskMark::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  void* memory = MAP_FAILED;
  // Room on the disk now: to write into a hole of a full one would be a signal, in a task.
  int error = fd < 0 ? errno : posix_fallocate(fd, 0, sizeof(TaskMark));
  if (error == 0) {
    memory = mmap(nullptr, sizeof(TaskMark), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    error = errno;
  }
  if (fd >= 0) close(fd);
  if (memory == MAP_FAILED) {
    return absl::UnavailableError(absl::StrCat("cannot map ", path, ": ", std::strerror(error)));
  }
  // A file of zeros is a valid idle mark: lock-free atomics have no other state.
  return std::unique_ptr<MappedTaskMark>(new MappedTaskMark(static_cast<TaskMark*>(memory)));
}

MappedTaskMark::~MappedTaskMark() { munmap(mark_, sizeof(TaskMark)); }

}  // namespace mote::wire
