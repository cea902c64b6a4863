#include "common/files/mapped_blob.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/files/posix_file.h"
#include "common/status_macros.h"

namespace mote {

MappedBlob::~MappedBlob() {
  if (address_ != nullptr) ::munmap(const_cast<void*>(address_), size_);
}

absl::StatusOr<std::shared_ptr<const MappedBlob>> MapFile(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenFile(path, O_RDONLY));
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return FileError("reading", path);
  const size_t size = static_cast<size_t>(info.st_size);
  if (size == 0) return std::make_shared<const MappedBlob>(nullptr, 0);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) return FileError("mapping", path);
  return std::make_shared<const MappedBlob>(address, size);
}

}  // namespace mote
